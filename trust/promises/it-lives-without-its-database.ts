import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createLoadClient, describeFailures, failuresOf } from '#server/testing/load-client.ts';
import { openOwnPostgres } from '#server/testing/own-postgres.ts';
import { setUpAda } from '#server/testing/person.ts';
import { urlOf, type ServerProcess } from '#server/testing/process.ts';
import { freePort } from '#server/testing/program.ts';
import { askWhile, untilServing, type Asker } from '#trust/faults.ts';
import { openSmallDisk } from '#trust/full-disk.ts';
import type { Outcome, TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';

const answerMs = 2_000;
const healMs = 5_000;
const faultMs = 4_000;
/** Fewer of them ask a server than it has connections: whoever waits for one, and then for a lock, waits for both. */
const clients = 16;

/** What is done to a database, and undone. */
interface Fault {
  what: string;
  begin: () => unknown;
  end: () => unknown;
}

/** What became of the servers: why that is not as promised; and how long they took, at the worst. */
interface Finding {
  wrong: string[];
  slowestMs: number;
  healedMs: number;
}

const terminated = `select pg_terminate_backend(pid) from pg_stat_activity
  where application_name like 'keyward %' and usename <> 'postgres' and pid <> pg_backend_pid()`;

function faultsOf(stage: Stage): Fault[] {
  const postgres = stage.postgres();
  let held: pg.Client[] = [];
  return [
    { what: 'hung', begin: () => postgres.signal('SIGSTOP'), end: () => postgres.signal('SIGCONT') },
    { what: 'restarted', begin: () => postgres.stop(), end: () => postgres.start() },
    { what: 'silent', begin: () => postgres.line.swallow(), end: () => postgres.line.mend() },
    { what: 'gone', begin: () => postgres.line.refuse(), end: () => postgres.line.mend() },
    {
      what: 'backend terminated',
      begin: () => stage.sql(`${terminated} order by random() limit 1`),
      end: () => {},
    },
    {
      what: 'locked',
      async begin() {
        held = await holdConnections(stage, 1);
        await held[0]?.query('begin; lock table users, sessions, credentials in access exclusive mode');
      },
      end: () => letGo(held),
    },
    {
      what: 'out of connections',
      async begin() {
        held = await holdConnections(stage, Infinity);
        await held[0]?.query(terminated);
        held.push(...(await holdConnections(stage, Infinity)));
      },
      end: () => letGo(held),
    },
  ];
}

/** As many connections as are given, up to a number. */
async function holdConnections(stage: Stage, most: number): Promise<pg.Client[]> {
  const held: pg.Client[] = [];
  while (held.length < most) {
    const client = new pg.Client(stage.postgres().direct);
    client.on('error', () => {});
    const isGiven = await client.connect().then(
      () => true,
      () => false,
    );
    if (!isGiven) break;
    held.push(client);
  }
  return held;
}

const letGo = (held: pg.Client[]) => Promise.all(held.map((client) => client.end()));

/** Makes a fault, asks meanwhile, undoes it and waits until all is well again. */
async function suffer(fault: Fault, askers: Asker[]): Promise<Finding> {
  await fault.begin();
  const asking = askWhile(askers, { clients, ms: faultMs });
  const [tally, health] = await Promise.all([asking, watchHealth(askers)]);
  await fault.end();
  const healedMs = Math.max(...(await Promise.all(askers.map((asker) => untilServing(asker, 2 * healMs)))));
  const wrong = [
    failuresOf(tally) > 0 && describeFailures(tally),
    tally.slowestRefusalMs > answerMs && `a 503 took ${Math.round(tally.slowestRefusalMs)} ms`,
    !health && '/healthz failed',
    healedMs > healMs && `it did not heal in ${healMs / 1_000} s`,
  ];
  return {
    wrong: wrong.filter((why) => why !== false).map((why) => `${fault.what}: ${why}`),
    slowestMs: tally.slowestRefusalMs,
    healedMs,
  };
}

/** Whether the process was well all the time. */
async function watchHealth(askers: Asker[]): Promise<boolean> {
  using client = createLoadClient({ timeoutMs: answerMs });
  let isWell = true;
  for (let turn = 0; turn < faultMs / 200; turn++) {
    for (const { origin } of askers) {
      const outcome = await client.ask(origin, { path: '/healthz' });
      isWell &&= outcome.kind === 'answered' && outcome.status === 200;
    }
    await sleep(200);
  }
  return isWell;
}

/** A server is started while there is no database for it. */
async function startWithout(stage: Stage): Promise<Finding> {
  const { line } = stage.postgres();
  await line.refuse();
  const port = await freePort();
  const starting = stage.another({ PORT: String(port) });
  const asker = { origin: `http://127.0.0.1:${port}`, cookie: stage.ada.cookie };
  // One that ended instead is found not to be there.
  starting.catch(() => {});
  using client = createLoadClient();
  for (let tries = 0; tries < 100; tries++) {
    if ((await client.ask(asker.origin, { path: '/healthz' })).kind === 'answered') break;
    await sleep(50);
  }
  const fault = { what: 'not there at start', begin: () => {}, end: () => line.mend() };
  const finding = await suffer(fault, [asker]);
  const server = await starting.catch(() => undefined);
  await server?.[Symbol.asyncDispose]();
  return finding;
}

/** A server whose database has no room left: it reads, and says of changes that they cannot be made now. */
async function fillDisk(stage: Stage): Promise<Finding | undefined> {
  using disk = openSmallDisk(400);
  if (!disk) return undefined;
  await using postgres = await openOwnPostgres(disk.folder);
  await using server = await stage.another({ DATABASE_URL: urlOf(postgres.address) });
  const ada = await setUpAda(server, server.setupCode);
  const asker = { origin: server.origin, cookie: ada.cookie };
  const fault = { what: 'disk full', begin: () => disk.fill(), end: () => disk.clear() };
  const finding = await suffer(fault, [asker]);
  return isAlive(server) ? finding : { ...finding, wrong: [...finding.wrong, 'disk full: the process died'] };
}

const isAlive = ({ child }: ServerProcess) => child.exitCode === null && child.signalCode === null;

/** One fault after the other, until one is not borne as promised. */
async function* sufferAll(stage: Stage): AsyncGenerator<Finding | undefined> {
  const { token } = await stage.ada.createToken({ name: 'faults' });
  const askers = stage.servers.map(({ origin }) => ({ origin, cookie: stage.ada.cookie, token }));
  for (const fault of faultsOf(stage)) {
    const finding = await suffer(fault, askers);
    if (!stage.servers.every(isAlive)) finding.wrong.push(`${fault.what}: a process died`);
    yield finding;
  }
  yield await startWithout(stage);
  yield await fillDisk(stage);
}

async function check(stage: Stage): Promise<Outcome> {
  let [slowestMs, healedMs, borne] = [0, 0, 0];
  for await (const finding of sufferAll(stage)) {
    if (!finding) return { measured: 'not tried: a full disk, which takes root', holds: false };
    slowestMs = Math.max(slowestMs, finding.slowestMs);
    healedMs = Math.max(healedMs, finding.healedMs);
    if (finding.wrong.length > 0) return { measured: finding.wrong.join('; '), holds: false };
    borne += 1;
  }
  const seconds = (ms: number) => (ms / 1_000).toFixed(1);
  return {
    measured: `${borne} faults borne, 503 within ${seconds(slowestMs)} s, well again after ${seconds(healedMs)} s`,
    holds: true,
  };
}

export const promise: TrustPromise = {
  id: 'S20',
  name: 'without PostgreSQL (not there at start, hung, restarted, silent, gone, a backend terminated, tables locked, out of connections, disk full) a server lives, says so, and heals by itself',
  threshold: '503 within 2 s, well again within 5 s',
  isFast: false,
  ownPostgres: true,
  check,
  control: [
    {
      without: 'a limit on how long a query may take',
      replaced: ['queries-may-take-for-ever'],
    },
    {
      without: 'an ear for connections that break',
      replaced: ['broken-connections-are-not-heard'],
    },
  ],
};
