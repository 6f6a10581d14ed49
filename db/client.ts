import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { retryContention } from '#db/contention.ts';
import { isSilence } from '#db/errors.ts';

export type Database = NodePgDatabase;
/** A transaction: what `Database.transaction` hands to its callback. */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];
/** Where a query can run: on any connection, or inside a transaction. */
export type Connection = Database | Transaction;

/** Columns to set; one that is undefined is left as it is. */
export type Changes<Row> = { [K in keyof Row]?: Row[K] | undefined };

/** Where a PostgreSQL is: a URL, or the parts that the embedded one reports. */
export type DatabaseAddress =
  | string
  | { host: string; port: number; user: string; password: string; database: string };

export interface PoolOptions {
  size: number;
  /** The role to work as once connected; left out: the one that signed in. */
  role?: string;
  onError: (error: Error) => void;
}

/** `pg` waits for ever by default, and an unheard `error` event ends the process: neither is left to chance here. */
export function openPool(address: DatabaseAddress, options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    ...connectionConfig(address),
    max: options.size,
    idleTimeoutMillis: 30_000,
    ...(options.role && { options: `-c role=${options.role}` }),
  });
  pool.on('error', options.onError);
  pool.on('connect', (client) => {
    client.on('error', options.onError);
    endWhenSilent(client);
  });
  return pool;
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
 * The settings of every connection of ours: who we are, and how long we wait. Whoever asks is told within two seconds that
 * there is no database, no connection or no answer.
 */
export function connectionConfig(address: DatabaseAddress): pg.ClientConfig {
  return {
    ...(typeof address === 'string' ? { connectionString: address } : address),
    application_name: `keyward ${process.pid}`,
    connectionTimeoutMillis: 1_500,
    query_timeout: 1_700,
    statement_timeout: 1_500,
    lock_timeout: 1_500,
    idle_in_transaction_session_timeout: 15_000,
    keepAlive: true,
  };
}

/**
 * Works on a connection of its own as the user that signs in, who owns the tables, and for as long as it takes: for what
 * the server's role may not do.
 */
export async function workAsOwner<T>(
  address: DatabaseAddress,
  work: (db: Database) => Promise<T>,
): Promise<T> {
  const { query_timeout: _, ...config } = connectionConfig(address);
  const client = new pg.Client({ ...config, statement_timeout: 0 });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(drizzle(client));
  } finally {
    await client.end();
  }
}

/** Throws unless the pool's connections work as a role: an `options` in the address takes the place of ours. */
export async function assertWorksAs(pool: pg.Pool, role: string): Promise<void> {
  const { rows } = await pool.query<{ role: string }>('select current_user as role');
  if (rows[0]?.role !== role) throw new Error(`The database is used as ${rows[0]?.role}, not as ${role}`);
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
