import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { connectTo, type DatabaseAddress } from '#db/address.ts';
import { retryContention } from '#db/contention.ts';
import { isSilence } from '#db/errors.ts';
import { shareByTurns } from '#db/shared-pool.ts';
import { createTurns, type Turns } from '#db/turns.ts';

export type Database = NodePgDatabase;
export type Pool = pg.Pool;
/** A transaction: what `Database.transaction` hands to its callback. */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];
/** Where a query can run: on any connection, or inside a transaction. */
export type Connection = Database | Transaction;

/** Columns to set; one that is undefined is left as it is. */
export type Changes<Row> = { [K in keyof Row]?: Row[K] | undefined };

/** How long to wait for a connection, for a lock, for an answer. */
const waitMs = 1_500;

export interface PoolOptions {
  size: number;
  /** What its connections are for, where that is one thing: it stands in `pg_stat_activity` behind our name. */
  purpose?: string;
  onError: (error: Error) => void;
}

/** How long a session waits, in milliseconds; 0: without an end. */
export interface Patience {
  statement_timeout: number;
  lock_timeout: number;
}

const usualPatience: Patience = { statement_timeout: waitMs, lock_timeout: waitMs };

/** What would otherwise be as a database, a role or an address says, and make the same statement mean something else. */
const session = {
  search_path: 'public, pg_temp',
  default_transaction_isolation: "'read committed'",
  default_transaction_deferrable: 'off',
  client_encoding: "'UTF8'",
  standard_conforming_strings: 'on',
  timezone: "'UTC'",
  datestyle: "'ISO, YMD'",
  intervalstyle: "'postgres'",
  bytea_output: "'hex'",
  extra_float_digits: '1',
  row_security: 'on',
  transform_null_equals: 'off',
  array_nulls: 'on',
  default_tablespace: "''",
  idle_session_timeout: '0',
  idle_in_transaction_session_timeout: '15000',
};

/** The pool awaits it, though its types do not say so. */
const hooks = { onConnect: (client: pg.ClientBase) => beginSession(client) };

/** `pg` waits for ever by default, and an unheard `error` event ends the process: neither is left to chance here. */
export function openPool(address: DatabaseAddress, options: PoolOptions): pg.Pool {
  const config = connectionConfig(address);
  const { purpose } = options;
  const pool = new pg.Pool({
    ...config,
    ...(purpose && { application_name: `${config.application_name} ${purpose}` }),
    max: options.size,
    idleTimeoutMillis: 30_000,
    ...hooks,
  });
  pool.on('error', options.onError);
  pool.on('connect', (client) => {
    client.on('error', options.onError);
    endWhenSilent(client);
  });
  return pool;
}

/** More waiting than a page with all its parts has at once: their caller takes all that this server and PostgreSQL can do. */
const crowdedAt = 32;

/**
 * A pool whose connections go by turns of the parties that work, a quarter of them at most to one: whatever one party asks
 * for, others find a connection. A party that crowds gets one: its results come in no faster than those of others can be
 * dealt with, and PostgreSQL's processors are not all its own.
 */
export function openSharedPool(
  address: DatabaseAddress,
  options: PoolOptions,
): { pool: pg.Pool; turns: Turns } {
  const { size } = options;
  const turns = createTurns({
    size,
    perParty: Math.ceil(size / 4),
    crowdedAt,
    waitMs,
    longestMs: 3 * waitMs,
  });
  const pool = openPool(address, options);
  shareByTurns(pool, turns, waitMs);
  return { pool, turns };
}

/** `pg` gives a query up and keeps the connection: what is asked of it next, a rollback too, would wait in vain as long again. */
function endWhenSilent(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const guarded = (...args: unknown[]) => {
    const answer = query(...args);
    if (answer instanceof Promise)
      answer.catch((error: unknown) => {
        if (isSilence(error)) void client.end();
      });
    return answer;
  };
  client.query = guarded as typeof client.query;
}

/**
 * Who we are, and how long we wait: after two seconds a caller knows that there is no database, no connection or no answer.
 * A connection made from it needs `beginSession`.
 */
export function connectionConfig(address: DatabaseAddress): pg.ClientConfig {
  return {
    ...connectTo(address),
    application_name: `keyward ${process.pid}`,
    connectionTimeoutMillis: waitMs,
    query_timeout: 1_700,
    keepAlive: true,
  };
}

/** What PostgreSQL 17 and later know: a migration takes as long as it takes. */
const endlessTransactions =
  "select set_config('transaction_timeout', '0', false) where current_setting('transaction_timeout', true) is not null";

/** Makes a session work as ours do. By a statement: a PgBouncer passes on no start-up parameters. */
export async function beginSession(client: pg.ClientBase, patience: Patience = usualPatience): Promise<void> {
  const settings = Object.entries({ ...session, ...patience }).map(
    ([name, value]) => `set ${name} = ${value}`,
  );
  await client.query([...settings, endlessTransactions].join('; '));
}

/**
 * Works on a connection of its own as the owner of the tables, and for as long as it takes: for what the server's login may
 * not do.
 */
export async function workAsOwner<T>(
  address: DatabaseAddress,
  work: (db: Database) => Promise<T>,
): Promise<T> {
  const { query_timeout: _, ...config } = connectionConfig(address);
  const client = new pg.Client(config);
  client.on('error', () => {});
  await client.connect();
  try {
    await beginSession(client, { ...usualPatience, statement_timeout: 0 });
    return await work(drizzle(client));
  } finally {
    await client.end();
  }
}

/**
 * Queries on a pool. A transaction may run its callback again (see `retryContention`), so the callback must have no effect
 * outside of the database. `onRetry` gets the error for which it does.
 */
export function openDatabase(pool: pg.Pool, onRetry: (error: unknown) => void = () => {}): Database {
  const db = drizzle(pool);
  db.transaction = (work, config) =>
    retryContention(async () => {
      // Drizzle's own never gives a connection back on which `begin` fails: ten of those, and the pool is empty for good.
      const client = await pool.connect();
      try {
        return await drizzle(client).transaction(work, config);
      } finally {
        client.release();
      }
    }, onRetry);
  return db;
}
