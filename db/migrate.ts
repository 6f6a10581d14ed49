import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { UnusableDatabaseError } from '#db/errors.ts';
import { installJobQueue, type Queue } from '#db/job-queue.ts';
import { withShortLocks, type Say } from '#db/lock-patience.ts';

const folder = new URL('./migrations/', import.meta.url);
/** Any number will do, as long as every version of Keyward takes the same lock. */
const migrationLock = 4_825_190_317;
const lockPollMs = 200;
const sayEveryMs = 10_000;

export interface RanMigration {
  name: string;
  checksum: string;
}

interface Migration extends RanMigration {
  sql: string;
}

/**
 * Brings a database to the newest schema, each file in its own transaction, one server at a time: others that start wait until
 * the connection ends. Returns the names of the files it ran. Throws `UnusableDatabaseError` when the database is newer than
 * this server, or a file that ran was changed since.
 */
export async function migrate(
  client: pg.Client,
  { queues = [], say = () => {} }: { queues?: readonly Queue[]; say?: Say } = {},
): Promise<string[]> {
  await takeMigrationLock(client, say);
  const ran = await runPending(client, await readMigrations(), say);
  await withShortLocks(client, { what: 'The job queue', say }, () => installJobQueue(client, queues));
  return ran;
}

async function takeMigrationLock(client: pg.Client, say: Say): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += lockPollMs) {
    const { rows } = await client.query<{ ours: boolean; holder: string | null }>(
      `select pg_try_advisory_lock($1) as ours,
         (select format('%s, pid %s', a.application_name, a.pid) from pg_locks l join pg_stat_activity a using (pid)
          where l.locktype = 'advisory' and l.granted and l.database = a.datid and a.datname = current_database()
            and (l.classid::bigint << 32) + l.objid::bigint = $1 limit 1) as holder`,
      [migrationLock],
    );
    if (rows[0]?.ours) return;
    if (waitedMs % sayEveryMs === 0 && waitedMs > 0)
      say(
        `Another start is migrating the database (${rows[0]?.holder ?? 'it just ended'}). Waiting for it …`,
      );
    await sleep(lockPollMs);
  }
}

/** Servers that start wait until the caller's transaction is over. */
export async function holdOffMigrations(client: pg.Client): Promise<void> {
  await client.query('select pg_advisory_xact_lock($1)', [migrationLock]);
}

/** Runs what has not run yet, or only the files up to `last`, within the transaction of a caller who holds off all others. */
export async function migrateWithin(client: pg.Client, last?: string): Promise<void> {
  const pending = await findPending(client, await readMigrations());
  for (const migration of pending.filter(({ name }) => last === undefined || name <= last))
    await apply(client, migration);
}

/** The files that ran on a database, in their order. */
export async function listRan(client: pg.Client): Promise<RanMigration[]> {
  const { rows } = await client.query<RanMigration>(
    'select name, checksum from schema_migrations order by name',
  );
  return rows;
}

async function runPending(client: pg.Client, known: Migration[], say: Say): Promise<string[]> {
  const pending = await findPending(client, known);
  for (const migration of pending)
    await withShortLocks(client, { what: `db/migrations/${migration.name}`, say }, () =>
      run(client, migration),
    );
  return pending.map((migration) => migration.name);
}

async function findPending(client: pg.Client, known: Migration[]): Promise<Migration[]> {
  await client.query(
    'create table if not exists schema_migrations (name text primary key, checksum text not null, ran_at timestamptz not null default now())',
  );
  const ran = await listRan(client);
  assertSameHistory(known, ran, 'database');
  const done = new Set(ran.map((row) => row.name));
  return known.filter((migration) => !done.has(migration.name));
}

/** Throws `UnusableDatabaseError` for files that ran where a backup was made and that this program does not have as they were. */
export async function assertKnown(ran: RanMigration[]): Promise<void> {
  assertSameHistory(await readMigrations(), ran, 'backup');
}

function assertSameHistory(known: Migration[], ran: RanMigration[], of: 'database' | 'backup'): void {
  for (const row of ran) {
    const migration = known.find((candidate) => candidate.name === row.name);
    if (!migration) {
      throw new UnusableDatabaseError(
        of === 'database'
          ? `This database was migrated by a newer Keyward (${row.name}). Start that version, or restore an older backup.`
          : `This backup was made with a newer Keyward (${row.name}). Restore it with that version or a later one.`,
      );
    }
    if (migration.checksum !== row.checksum) {
      throw new UnusableDatabaseError(
        `db/migrations/${row.name} was changed after it ran on this ${of === 'database' ? of : "backup's database"}. Undo the change.`,
      );
    }
  }
}

async function run(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await apply(client, migration);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query(sql);
    await client.query('insert into schema_migrations (name, checksum) values ($1, $2)', [name, checksum]);
  } catch (error) {
    throw new UnusableDatabaseError(`db/migrations/${name} failed: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, folder), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}
