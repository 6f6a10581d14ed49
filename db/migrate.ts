import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { connectionConfig, type DatabaseAddress } from '#db/client.ts';
import { isUnavailable } from '#db/errors.ts';
import { installJobQueue } from '#db/job-queue.ts';

const folder = new URL('./migrations/', import.meta.url);
/** Any number will do, as long as every version of Keyward takes the same lock. */
const migrationLock = 4_825_190_317;
const oldestVersion = 150_000;
const longestMigration = 10 * 60_000;

export class MigrationError extends Error {}

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/**
 * Brings a database to the newest schema, each file in its own transaction, one server at a time. Returns the names of the
 * files it ran. Throws `MigrationError` when the database is newer than this server, or a file that ran was changed since.
 */
export async function migrate(address: DatabaseAddress): Promise<string[]> {
  const client = await connect(address);
  try {
    await assertVersion(client);
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    const ran = await runPending(client, await readMigrations());
    await installJobQueue(client, 'keyward_app');
    await assertRole(client);
    return ran;
  } finally {
    await client.end();
  }
}

/** Why there is no database at an address, where it may yet come; null for one that answers. Throws what stops the start. */
export async function findAway(address: DatabaseAddress): Promise<MigrationError | null> {
  try {
    const client = await connect(address);
    await client.end();
    return null;
  } catch (error) {
    if (error instanceof MigrationError && isUnavailable(error.cause)) return error;
    throw error;
  }
}

async function connect(address: DatabaseAddress): Promise<pg.Client> {
  try {
    const client = new pg.Client({
      ...connectionConfig(address),
      query_timeout: longestMigration,
      statement_timeout: longestMigration,
      lock_timeout: longestMigration,
    });
    // A connection that breaks fails the query it was busy with; the event says nothing more.
    client.on('error', () => {});
    await client.connect();
    return client;
  } catch (cause) {
    const why = (cause as Error).message || (cause as NodeJS.ErrnoException).code;
    throw new MigrationError(
      `The database cannot be used: ${why}. Check DATABASE_URL, and that PostgreSQL runs there.`,
      { cause },
    );
  }
}

async function assertVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: number; name: string }>(
    "select current_setting('server_version_num')::int as number, current_setting('server_version') as name",
  );
  const [version] = rows;
  if (version && version.number < oldestVersion) {
    throw new MigrationError(`This is PostgreSQL ${version.name}. Keyward needs 15 or newer.`);
  }
}

/** The server works as a role of few rights: better found out here than at the first request. */
async function assertRole(client: pg.Client): Promise<void> {
  try {
    await client.query('set role keyward_app');
  } catch {
    throw new MigrationError(
      'The database user may not act as the role keyward_app. As a superuser, run: grant keyward_app to <that user>',
    );
  }
}

async function runPending(client: pg.Client, known: Migration[]): Promise<string[]> {
  await client.query(
    'create table if not exists schema_migrations (name text primary key, checksum text not null, ran_at timestamptz not null default now())',
  );
  const { rows } = await client.query<Omit<Migration, 'sql'>>('select name, checksum from schema_migrations');
  assertSameHistory(known, rows);
  const done = new Set(rows.map((row) => row.name));
  const pending = known.filter((migration) => !done.has(migration.name));
  for (const migration of pending) await run(client, migration);
  return pending.map((migration) => migration.name);
}

function assertSameHistory(known: Migration[], ran: Omit<Migration, 'sql'>[]): void {
  for (const row of ran) {
    const migration = known.find((candidate) => candidate.name === row.name);
    if (!migration) {
      throw new MigrationError(
        `This database was migrated by a newer Keyward (${row.name}). Start that version, or restore an older backup.`,
      );
    }
    if (migration.checksum !== row.checksum) {
      throw new MigrationError(
        `db/migrations/${row.name} was changed after it ran on this database. Undo the change.`,
      );
    }
  }
}

async function run(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.sql);
    await client.query('insert into schema_migrations (name, checksum) values ($1, $2)', [
      migration.name,
      migration.checksum,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new MigrationError(`db/migrations/${migration.name} failed: ${(error as Error).message}`, {
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
