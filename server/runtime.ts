import type pg from 'pg';
import pino, { type DestinationStream, type Logger } from 'pino';
import type { DatabaseAddresses } from '#db/address.ts';
import { openDatabase, openPool, workAsOwner, type Database } from '#db/client.ts';
import { openDatabaseClock, type Clock } from '#db/clock.ts';
import { describeError, isUnavailable } from '#db/errors.ts';
import { readInstallationKey } from '#db/installation-key.ts';
import { openJobQueue } from '#db/job-queue.ts';
import { createWriteBehind, type WriteBehind } from '#db/write-behind.ts';
import type { Config } from '#server/config.ts';
import type { Runtime } from '#server/core/access/context.ts';
import { createAuditQueue } from '#server/core/audit/queue.ts';
import { createRecentSecrets } from '#server/core/authentication/recent-secrets.ts';
import { findEnd, isStillIn } from '#server/core/authentication/still-valid.ts';
import { createLastUse } from '#server/core/credential-use/last-use.ts';
import { createCookieSigner } from '#server/core/crypto/cookie-signer.ts';
import { createEncryptor, masterKeyOf, type Encryptor } from '#server/core/crypto/encryption.ts';
import { connectDatabase, sealingPoolSize } from '#server/core/database/connect-database.ts';
import { warnOfSuperuser } from '#server/core/database/warn-of-superuser.ts';
import { gatherOutput } from '#server/core/log/gather-output.ts';
import { createMailer } from '#server/core/mail/deliver.ts';
import { createMailSoon } from '#server/core/mail/send.ts';
import { createCookies } from '#server/core/network/cookies.ts';
import { createCountWindow } from '#server/core/rate-limits/count-window.ts';
import { createRates } from '#server/core/rate-limits/rates.ts';
import { redactSecrets } from '#server/core/secrets/format.ts';
import { createLookup, findCredentials } from '#server/core/secrets/lookup.ts';
import { createSessions } from '#server/core/sessions/lucia.ts';
import {
  deleteEndedSessions,
  findLiveSessions,
  touchSessions,
  type SessionUse,
} from '#server/core/sessions/queries.ts';
import { createUpstreamAgent } from '#server/core/upstream/create-upstream-agent.ts';
import { promoteStaged } from '#server/credentials/rotation/promote-staged.ts';
import { countOpenRotations } from '#server/credentials/rotation/queries.ts';
import { createAgentConnections } from '#server/doors/agents/agent-connections.ts';
import { createAdmission } from '#server/doors/http/admission.ts';
import { queues } from '#server/doors/jobs/queue.ts';
import { createOpenCalls } from '#server/doors/mcp/open-calls.ts';
import { createMetrics } from '#server/doors/metrics/metrics.ts';
import { makeMonths } from '#server/oversight/audit-seals/make-months.ts';
import { recordLoss } from '#server/oversight/audit-seals/record-loss.ts';
import { openSeals } from '#server/oversight/audit-seals/seals.ts';
import { rememberWritten } from '#server/oversight/audit-seals/written-rows.ts';
import { createHub } from '#server/oversight/live-updates/hub.ts';
import { ensureDefaultTenant } from '#server/people/first-admin/commands.ts';
import { createIssuer } from '#server/people/sso/discover.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    /** For all work but look-ups, by turns of those who ask for it. */
    pool: pg.Pool;
    /** For finding out who asks, which never waits behind what is being done for others. */
    lookupPool: pg.Pool;
    /** Works as the owner of the tables, on a connection of its own, without a time-out. */
    asOwner<T>(work: (db: Database) => Promise<T>): Promise<T>;
    /** Writes what waits, then lets go of the database. */
    close(): Promise<void>;
  }
}

export interface RuntimeOptions {
  addresses: DatabaseAddresses;
  /** Left out: the database's own. */
  clock?: Clock;
  logTo?: DestinationStream;
  /** Looks after the job queue too; left out: only adds to it. */
  works?: boolean;
  /** Works as the owner of the tables, as an operator's command does; left out: as the server's login. */
  isOperator?: boolean;
}

/** Brings the database up to date and gathers what a server needs. Throws when either cannot be done. */
export async function createRuntime(config: Config, options: RuntimeOptions): Promise<Runtime> {
  const log = createLog(config, options.logTo);
  const { pool, lookupPool, turns, owner, server, isSuperuser } = await connectDatabase(
    config,
    options.addresses,
    { log, queues, isOperator: options.isOperator ?? false },
  );
  const warning = isSuperuser && !options.isOperator ? warnOfSuperuser(log) : undefined;
  const databaseClock = await openDatabaseClock(pool, (error) =>
    log.warn({ err: error }, 'the database did not tell the time'),
  );
  const clock = options.clock ?? databaseClock;
  const db = openDatabase(pool, (error) =>
    log.warn({ err: error }, 'a transaction was undone in favour of another and runs again'),
  );
  const written = rememberWritten(db);
  await makeMonthsSoon(db, log);
  const defaultTenantId = await ensureDefaultTenant(db, clock.now());
  await deleteEndedSessions(db, clock.now());
  const auditQueue = createAuditQueue(db, clock, log);
  const writers = {
    lastUse: createLastUse({ db, log, auditQueue }),
    sessionUse: createSessionUse(db, log),
    auditQueue,
  };
  const jobs = await openJobQueue(pool, {
    works: options.works ?? false,
    onError: (error) => log.warn({ err: error }, 'the job queue could not be looked after'),
  });
  const mailer = createMailer(config);
  const mailSoon = createMailSoon(db, jobs, log);
  const sealing = openPool(owner, {
    size: sealingPoolSize,
    purpose: 'seals',
    onError(error) {
      if (!sealing.ending) log.warn({ err: error }, 'a database connection was lost');
    },
  });
  const seals = openSeals(config, {
    db,
    owner: openDatabase(sealing),
    clock,
    log,
    written,
    onLoss: (lost) => recordLoss(writers.auditQueue, lost, { time: clock.now(), tenantId: defaultTenantId }),
  });
  const hub = createHub({
    address: server,
    clock,
    log,
    findEnd: (principal) => findEnd(db, principal, clock.now()),
  });
  const agentConnections = createAgentConnections({ db, clock, log, hub });
  const openCalls = createOpenCalls({
    limits: config.mcp,
    hub,
    clock,
    log,
    isStillIn: (who) => isStillIn(db, who, clock.now()),
  });
  const rates = createRates(config, clock, log);
  const admission = createAdmission(clock);
  const signer = createCookieSigner(await readInstallationKey(db, 'sign_in'));
  const cookies = createCookies(config, signer.hash('cookies', '').toString('hex').slice(0, 8));
  const upstreamAgent = createUpstreamAgent({ allowed: config.upstreamAllow });
  let encryptor: Encryptor | undefined;
  return {
    config,
    log,
    pool,
    lookupPool,
    db,
    asOwner: (work) => workAsOwner(owner, work),
    clock,
    defaultTenantId,
    jobs,
    hub,
    agentConnections,
    openCalls,
    mailer,
    seals,
    metrics: wantsMetrics(config)
      ? createMetrics({
          pool,
          lookupPool,
          turns,
          admission,
          jobs,
          queues: writers,
          seals,
          agentConnections,
          openCalls,
          countRotations: () => countOpenRotations(db),
        })
      : null,
    told: createCountWindow({ windowMs: 60_000, limit: 10_000 }),
    reports: createCountWindow({ windowMs: 60_000, limit: 100_000 }),
    mailSoon,
    ...writers,
    lookup: createLookup(findCredentials(lookupPool)),
    promoteStaged: (found, request) => promoteStaged({ db, clock }, found, request),
    rates,
    recentSecrets: createRecentSecrets(() => performance.now()),
    admission,
    upstreamAgent,
    upstreamPlaces: new Map(),
    upstreamChecks: new Set(),
    encryptor: () => (encryptor ??= createEncryptor(masterKeyOf(config))),
    cookies,
    sessions: createSessions(db, {
      lookup: createLookup(findLiveSessions(lookupPool, clock)),
      clock,
      config,
      cookies,
    }),
    issuer: config.oidc && createIssuer(config.oidc, log),
    signer,
    async close() {
      clearInterval(warning);
      await mailSoon.close();
      openCalls.close();
      await Promise.all([hub.close(), agentConnections.close(), jobs.close()]);
      mailer?.close();
      rates.close();
      await upstreamAgent.destroy();
      await Promise.all([writers.lastUse.close(), writers.sessionUse.close()]);
      // The last uses may have moved.
      await auditQueue.close();
      await seals.close();
      databaseClock.close();
      await Promise.all([sealing.end(), pool.end(), lookupPool.end()]);
    },
  };
}

/** There are months ahead already, but in a new database; the daily job makes those that are missing. */
async function makeMonthsSoon(db: Database, log: Logger): Promise<void> {
  await makeMonths(db).catch((error: unknown) => {
    if (!isUnavailable(error)) throw error;
    log.warn('the audit log is in use: months to come are made later');
  });
}

const wantsMetrics = ({ metrics: { token, port } }: Config) => token !== undefined || port !== undefined;

function createSessionUse(db: Database, log: Logger): WriteBehind<SessionUse> {
  return createWriteBehind<SessionUse>({
    everyMs: 5_000,
    limit: 100_000,
    merge: (_, later) => later,
    write: (uses) => touchSessions(db, uses),
    onError: (error) => log.error({ err: error }, 'the use of sessions could not be written'),
    onDrop: (dropped) => log.error({ dropped }, 'the use of sessions was dropped'),
  });
}

/** JSON lines. Errors are described without what the database says in them, and no line holds one of our secrets. */
function createLog({ logLevel: level }: Config, destination = gatherOutput(process.stdout)): Logger {
  const write = (line: string) => destination.write(redactSecrets(line));
  const options = {
    level,
    base: null,
    timestamp: createTimestamp(),
    serializers: { err: describeError },
  };
  return pino(options, { write });
}

/** In ISO form, which is written anew once a millisecond and not for every line of it. */
function createTimestamp(): () => string {
  let at = 0;
  let text = '';
  return () => {
    const now = Date.now();
    if (now !== at) text = `,"time":"${new Date(now).toISOString()}"`;
    at = now;
    return text;
  };
}
