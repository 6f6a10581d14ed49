import { sql } from 'drizzle-orm';
import type pg from 'pg';
import { fromDrizzle, PgBoss } from 'pg-boss';
import type { Transaction } from '#db/client.ts';

/** What has to be done later, kept in the database so that a crash loses none of it. */
export interface JobQueue {
  boss: PgBoss;
  /** Puts a job into a transaction: it runs after the commit, on any server, and again if it fails. */
  add(tx: Transaction, name: string, data: object): Promise<void>;
  close(): Promise<void>;
}

const perJob = {
  retryLimit: 5,
  retryDelay: 15,
  retryBackoff: true,
  expireInSeconds: 300,
  // Done and failed jobs are of no further use: what happened is in the audit log.
  deleteAfterSeconds: 86_400,
};

/**
 * Opens the queue. `works`: this server also looks after it (expiry, retries, schedules); without, it only adds jobs.
 * The tables are there already: the server's role may not make any.
 */
export async function openJobQueue(
  pool: pg.Pool,
  { works, onError }: { works: boolean; onError: (error: Error) => void },
): Promise<JobQueue> {
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    migrate: false,
    supervise: works,
    schedule: works,
    // Both need an owner's rights.
    reindex: false,
    monitorVacuum: false,
  });
  boss.on('error', onError);
  await boss.start();
  return {
    boss,
    async add(tx, name, data) {
      await boss.send(name, data, { ...perJob, db: fromDrizzle(tx, sql) });
    },
    close: () => boss.stop({ graceful: works, timeout: 5_000 }),
  };
}

/** Makes the queue's tables, or brings them up to date, and lets the server's role use them. */
export async function installJobQueue(client: pg.Client, role: string): Promise<void> {
  const boss = new PgBoss({
    db: { executeSql: (text, values) => client.query(text, values) },
    supervise: false,
    schedule: false,
  });
  await boss.start();
  await boss.stop({ graceful: false });
  await client.query(
    `grant usage on schema pgboss to ${role};
     grant select, insert, update, delete on all tables in schema pgboss to ${role}`,
  );
}
