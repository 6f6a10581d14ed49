import pg from 'pg';
import type { DatabaseAddress } from '#db/address.ts';
import { beginSession, connectionConfig } from '#db/client.ts';
import { isUnavailable, UnusableDatabaseError } from '#db/errors.ts';
import { assertSession } from '#db/pooler.ts';

const oldestVersion = 150_000;
const longestWork = 10 * 60_000;

/** A connection for long work as the owner of the tables. Throws `UnusableDatabaseError`. */
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

/** Why there is no database at an address, where it may yet come; null for one that answers. Throws what stops the start. */
export async function findAway(address: DatabaseAddress): Promise<UnusableDatabaseError | null> {
  try {
    const client = await connectAsOwner(address);
    await client.end();
    return null;
  } catch (error) {
    if (error instanceof UnusableDatabaseError && isUnavailable(error.cause)) return error;
    throw error;
  }
}

/** Throws `UnusableDatabaseError` for a database that no server has used: a mistyped address must not pass for an empty log. */
export async function assertUsed(address: DatabaseAddress): Promise<void> {
  const client = await connectAsOwner(address);
  try {
    const { rows } = await client.query<{ isUsed: boolean }>(
      `select to_regclass('public.schema_migrations') is not null as "isUsed"`,
    );
    if (!rows[0]?.isUsed)
      throw new UnusableDatabaseError(
        `The database ${client.database} at ${client.host} holds nothing of Keyward. ` +
          'Set KEYWARD_DATA or DATABASE_URL to what the server that is meant has.',
      );
  } finally {
    await client.end();
  }
}

/** Throws `UnusableDatabaseError`, whose cause says what PostgreSQL or the network answered. */
export async function connect(address: DatabaseAddress): Promise<pg.Client> {
  let client: pg.Client | undefined;
  try {
    client = new pg.Client({ ...connectionConfig(address), query_timeout: longestWork });
    // A connection that breaks fails the query it was busy with; the event says nothing more.
    client.on('error', () => {});
    await client.connect();
    await assertSession(client, address);
    await beginSession(client, { statement_timeout: longestWork, lock_timeout: longestWork });
    return client;
  } catch (cause) {
    // One that was turned away holds a place at the server until it is closed.
    void client?.end().catch(() => {});
    if (cause instanceof UnusableDatabaseError) throw cause;
    const why = (cause as Error).message || (cause as NodeJS.ErrnoException).code;
    throw new UnusableDatabaseError(
      `The database cannot be used: ${why}. Check DATABASE_URL or KEYWARD_DATABASE_OWNER_URL, and that PostgreSQL runs there.`,
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
    throw new UnusableDatabaseError(`This is PostgreSQL ${version.name}. Keyward needs 15 or newer.`);
  }
}
