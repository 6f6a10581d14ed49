import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { Logger } from 'pino';
import type { DatabaseAddress, DatabaseAddresses } from '#db/address.ts';
import { connectionConfig, openPool, openSharedPool } from '#db/client.ts';
import { connect, connectAsOwner } from '#db/connect.ts';
import { sqlState, UnusableDatabaseError } from '#db/errors.ts';
import { assertConnections } from '#db/fitness.ts';
import type { Queue } from '#db/job-queue.ts';
import { assertFewRights } from '#db/login-rights.ts';
import { admitLogin, makeLogin } from '#db/login.ts';
import { migrate } from '#db/migrate.ts';
import { assertOwner, refuseLogin, type DatabaseOwner } from '#db/owner.ts';
import type { Turns } from '#db/turns.ts';
import type { Config } from '#server/config.ts';
import { masterKeyOf } from '#server/core/crypto/encryption.ts';
import { assertKeysOpen } from '#server/core/signing-keys/rotate-keys.ts';

export interface ConnectedDatabase extends Pools {
  owner: DatabaseAddress;
  /** What the pool, and everything else of the server, signs in with. */
  server: DatabaseAddress;
  isSuperuser: boolean;
}

interface Pools {
  pool: pg.Pool;
  /** Whose turn it is to use a connection of the pool. */
  turns: Turns;
  /** For authentication, which goes on however busy the pool is. */
  lookupPool: pg.Pool;
}

interface ConnectOptions {
  log: Logger;
  queues: readonly Queue[];
  /** Works as the owner: an operator's command needs no login, and no master key for its password. */
  isOperator: boolean;
}

/** Two batches of tokens and two of sessions are under way at most. */
const lookupPoolSize = 4;
/** One that seals, one that watches. */
export const sealingPoolSize = 2;
/** Those that look up, and the listener's. */
const besidePool = lookupPoolSize + 1;
/** That of the start, those that seal, and one for each job that works as the owner. */
const ofOwner = 3 + sealingPoolSize;

/**
 * Brings a database up to date and signs the server in, as a login that can become nothing more. Throws
 * `UnusableDatabaseError`, most of it before anything was changed.
 */
export async function connectDatabase(
  config: Config,
  given: DatabaseAddresses,
  { log, queues, isOperator }: ConnectOptions,
): Promise<ConnectedDatabase> {
  const client = await connectAsOwner(given.owner);
  try {
    const { acceptsSuperuser } = config;
    const owner = await assertOwner(client, { acceptsSuperuser, setting: given.ownerSetting });
    await assertConnections(client, ofOwner);
    const login = given.server && (await identify(client, given.server));
    if (!isOperator && login === undefined && !owner.mayCreateRoles && !owner.isSuperuser)
      throw refuseLogin(client, owner, {
        login,
        why: `${owner.user} may not create roles, so Keyward cannot make the login that the server works as.`,
      });
    const ran = await migrate(client, { queues, say: (line) => log.warn(line) });
    if (ran.length > 0) log.info(`database migrated: ${ran.length} steps, the last is ${ran.at(-1)}`);
    const server = isOperator ? given.owner : await prepareLogin(client, config, { given, owner });
    // While no other server can start: one with another master key finds this session, and does not change the password.
    const pools = openPools(config, server, log);
    await pools.pool.query('select');
    return { ...pools, owner: given.owner, server, isSuperuser: owner.isSuperuser };
  } finally {
    await client.end();
  }
}

/** Who an address signs in as. Throws where that is not to the database of the owner, or who could do more than a server may. */
async function identify(owner: pg.Client, address: DatabaseAddress): Promise<string> {
  const place = `select session_user as user, pg_postmaster_start_time()::text || oid as place
    from pg_database where datname = current_database()`;
  const client = await connect(address);
  try {
    const [theirs, ours] = await Promise.all(
      [client, owner].map(async (one) => (await one.query<{ user: string; place: string }>(place)).rows[0]),
    );
    if (theirs === undefined || theirs.place !== ours?.place)
      throw new UnusableDatabaseError(
        'DATABASE_URL and KEYWARD_DATABASE_OWNER_URL lead to different databases. Set both to the same one.',
      );
    await assertFewRights(client);
    return theirs.user;
  } finally {
    await client.end();
  }
}

/** What the server signs in with: it has the rights of a server, may connect, and can become nothing more. */
export async function prepareLogin(
  client: pg.Client,
  config: Config,
  { given, owner }: { given: DatabaseAddresses; owner: DatabaseOwner },
): Promise<DatabaseAddress> {
  const server = given.server ?? (await makeOurs(client, config, { owner, address: given.owner }));
  await admit(client, owner, server);
  const signedIn = await connect(server).catch(asLoginFault);
  try {
    await assertFewRights(signedIn);
    await assertConnections(signedIn, config.databasePoolSize + besidePool);
  } finally {
    await signedIn.end();
  }
  return server;
}

async function makeOurs(
  client: pg.Client,
  config: Config,
  { owner, address }: { owner: DatabaseOwner; address: DatabaseAddress },
): Promise<DatabaseAddress> {
  // Before a master key is made: it would not be that of what is sealed there.
  const { rows } = await client.query<{ now: Date }>('select now()');
  await assertKeysOpen(drizzle(client), config, rows[0]?.now ?? new Date());
  try {
    return await makeLogin(client, address, masterKeyOf(config));
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    throw refuseLogin(client, owner, {
      login: undefined,
      why: `${owner.user} cannot make the login that the server works as: ${error.message}.`,
    });
  }
}

async function admit(client: pg.Client, owner: DatabaseOwner, server: DatabaseAddress): Promise<void> {
  const { user } = new pg.Client(connectionConfig(server));
  if (user === undefined || (await admitLogin(client, user))) return;
  throw refuseLogin(
    client,
    { ...owner, hasRights: true },
    {
      login: user,
      why: `${owner.user} may not give the login ${user} what the server needs, or not take from PUBLIC the right to connect.`,
    },
  );
}

function openPools({ databasePoolSize: size }: Config, server: DatabaseAddress, log: Logger): Pools {
  const onError = (error: Error) => {
    if (!pool.ending) log.warn({ err: error }, 'a database connection was lost');
  };
  const { pool, turns } = openSharedPool(server, { size, onError });
  return { pool, turns, lookupPool: openPool(server, { size: lookupPoolSize, onError }) };
}

function asLoginFault(error: unknown): never {
  const { cause } = error as Error;
  if (!sqlState(cause)?.startsWith('28')) throw error;
  throw new UnusableDatabaseError(
    `The server’s login cannot sign in: ${(cause as Error).message}. Let it sign in by password (pg_hba.conf, scram-sha-256), or ` +
      'set DATABASE_URL to a login that can, and KEYWARD_DATABASE_OWNER_URL to the address of the owner.',
    { cause },
  );
}
