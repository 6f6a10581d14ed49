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

export interface RanMigration {
  name: string;
  checksum: string;
}

interface Migration extends RanMigration {
  sql: string;
}

/**
 * Brings a database to the newest schema, each file in its own transaction, one server at a time. Returns the names of the
 * files it ran. Throws `MigrationError` when the database is newer than this server, or a file that ran was changed since.
 */
export async function migrate(address: DatabaseAddress): Promise<string[]> {
  const client = await connectAsOwner(address);
  try {
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
    const client = await connectAsOwner(address);
    await client.end();
    return null;
  } catch (error) {
    if (error instanceof MigrationError && isUnavailable(error.cause)) return error;
    throw error;
  }
}

/** Throws `MigrationError` for a database that no server has used: a mistyped address must not pass for an empty log. */
export async function assertUsed(address: DatabaseAddress): Promise<void> {
  const client = await connectAsOwner(address);
  try {
    const { rows } = await client.query<{ isUsed: boolean }>(
      `select to_regclass('public.schema_migrations') is not null as "isUsed"`,
    );
    if (!rows[0]?.isUsed)
      throw new MigrationError(
        `The database ${client.database} at ${client.host} holds nothing of Keyward. ` +
          'Set KEYWARD_DATA or DATABASE_URL to what the server that is meant has.',
      );
  } finally {
    await client.end();
  }
}

/** A connection for long work as the user that signs in, who owns the tables. Throws `MigrationError`. */
export async function connectAsOwner(address: DatabaseAddress): Promise<pg.Client> {
  const client = await connect(address);
  try {
    await assertVersion(client);
    return client;
  } catch (error) {
    await client.end();
    throw error;
  }
}

async function connect(address: DatabaseAddress): Promise<pg.Client> {
  let client: pg.Client | undefined;
  try {
    client = new pg.Client({
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
    // One that was turned away holds a place at the server until it is closed.
    void client?.end().catch(() => {});
    const why = (cause as Error).message || (cause as NodeJS.ErrnoException).code;
    throw new MigrationError(
      `The database cannot be used: ${why}. Check DATABASE_URL, and that PostgreSQL runs there.`,
      { cause },
    );
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
  const pending = await findPending(client, known);
  for (const migration of pending) await run(client, migration);
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

/** Throws `MigrationError` for files that ran where a backup was made and that this program does not have as they were. */
export async function assertKnown(ran: RanMigration[]): Promise<void> {
  assertSameHistory(await readMigrations(), ran, 'backup');
}

function assertSameHistory(known: Migration[], ran: RanMigration[], of: 'database' | 'backup'): void {
  for (const row of ran) {
    const migration = known.find((candidate) => candidate.name === row.name);
    if (!migration) {
      throw new MigrationError(
        of === 'database'
          ? `This database was migrated by a newer Keyward (${row.name}). Start that version, or restore an older backup.`
          : `This backup was made with a newer Keyward (${row.name}). Restore it with that version or a later one.`,
      );
    }
    if (migration.checksum !== row.checksum) {
      throw new MigrationError(
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
    throw new MigrationError(`db/migrations/${name} failed: ${(error as Error).message}`, { cause: error });
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
