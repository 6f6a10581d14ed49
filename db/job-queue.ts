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

/** A kind of job. */
export interface Queue {
  name: string;
  policy: 'short' | 'standard';
  /** How long one may take; left out: as jobs usually do. */
  expireInSeconds?: number;
}

/**
 * Makes the tables and the kinds of jobs, or brings them up to date, and grants what adding and doing jobs takes. No more: what
 * stands in there as a statement or the name of a table is run by the owner when pg-boss brings its schema up to date.
 */
export async function installJobQueue(client: pg.Client, queues: readonly Queue[]): Promise<void> {
  const boss = new PgBoss({
    db: { executeSql: (text, values) => client.query(text, values) },
    supervise: false,
    schedule: false,
  });
  await boss.start();
  for (const { name, ...options } of queues) await boss.createQueue(name, options);
  await boss.stop({ graceful: false });
  await client.query(grantJobs);
}

const grantJobs = `do $$
declare
  found record;
begin
  grant usage on schema pgboss to keyward_app;
  revoke all on all tables in schema pgboss from keyward_app;
  grant select on all tables in schema pgboss to keyward_app;
  for found in
    select c.oid::regclass as place, relname as name, string_agg(quote_ident(attname), ', ') filter (
      where attname not in ('version', 'name', 'policy', 'partition', 'table_name')
    ) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and attnum > 0 and not attisdropped
    where relnamespace = 'pgboss'::regnamespace and relkind in ('r', 'p') and relname <> 'bam'
    group by c.oid, relname
  loop
    if found.name in ('queue', 'version') then
      execute format('grant update (%s) on %s to keyward_app', found.columns, found.place);
    else
      execute format('grant insert, update, delete on %s to keyward_app', found.place);
    end if;
  end loop;
  grant insert on pgboss.queue to keyward_app;
  if not exists (select from pg_constraint where conrelid = 'pgboss.queue'::regclass and conname = 'plain_names') then
    alter table pgboss.queue add constraint plain_names
      check (name ~ '^[A-Za-z0-9_./-]+$' and table_name ~ '^[a-z0-9_]+$');
  end if;
end $$`;
