import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { loginNameOf } from '#db/login.ts';
import { template, testAddress } from '#server/testing/cluster.ts';

export interface TestDatabase extends AsyncDisposable {
  address: ReturnType<typeof testAddress>;
}

/** A database of one's own, migrated already: a copy takes some 15 ms. */
export function cloneDatabase(): Promise<TestDatabase> {
  return createDatabase(template);
}

/** Locales in which lower case is not what it is in English, or knows nothing but ASCII. */
export const oddLocales = {
  turkish: "locale_provider icu icu_locale 'tr-TR'",
  ascii: "locale_provider libc locale 'C'",
} as const;

/** An empty one, or a copy. `locale`: as `create database` takes it, for an empty one. */
export async function createDatabase(copied = 'template0', locale = ''): Promise<TestDatabase> {
  const database = `test_${randomBytes(6).toString('hex')}`;
  await using opening = new AsyncDisposableStack();
  // Kept for the drop: to connect takes longer than to create.
  const admin = new pg.Client(testAddress());
  admin.on('error', () => {});
  await admin.connect();
  opening.defer(() => admin.end());
  // Through the write-ahead log, as is usual, each copy takes three times as long, and its drop too.
  await admin.query(`create database ${database} template ${copied} strategy file_copy ${locale}`);
  opening.defer(async () => {
    await admin.query(`drop database ${database} with (force)`);
    await admin.query(`drop role if exists ${loginNameOf(database)}`);
  });
  const opened = opening.move();
  return {
    address: { ...testAddress(), database },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** The superuser of the test run's cluster, in a database of its: what no server is given. */
export function superuserAddress(database: string): TestDatabase['address'] {
  const address = testAddress();
  const file = join(address.host, '..', 'passwords.json');
  const { superuser } = JSON.parse(readFileSync(file, 'utf8')) as { superuser: string };
  return { ...address, user: 'postgres', password: superuser, database };
}

/** Runs statements on a connection of their own, and returns the rows of the last. */
export async function runSql<Row extends object>(address: pg.ClientConfig, text: string): Promise<Row[]> {
  const client = new pg.Client(address);
  client.on('error', () => {});
  await client.connect();
  try {
    const results = await client.query<Row>(text);
    return (Array.isArray(results) ? (results as pg.QueryResult<Row>[]).at(-1) : results)?.rows ?? [];
  } finally {
    await client.end();
  }
}
