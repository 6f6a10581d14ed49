import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { template, testAddress } from '#server/testing/cluster.ts';

export interface TestDatabase extends AsyncDisposable {
  address: ReturnType<typeof testAddress>;
}

/** A database of one's own, migrated already: a copy takes some 20 ms. */
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
  await execute(`create database ${database} template ${copied} ${locale}`);
  return {
    address: { ...testAddress(), database },
    [Symbol.asyncDispose]: () => execute(`drop database ${database} with (force)`),
  };
}

async function execute(statement: string): Promise<void> {
  const client = new pg.Client(testAddress());
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
