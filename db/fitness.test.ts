import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { connectAsOwner } from '#db/connect.ts';
import { assertConnections, assertFit } from '#db/fitness.ts';
import { createDatabase, runSql, superuserAddress, type TestDatabase } from '#server/testing/database.ts';
import { runServer, urlOf } from '#server/testing/process.ts';

async function fitnessOf(address: TestDatabase['address']): Promise<void> {
  const client = await connectAsOwner(address);
  try {
    await assertFit(client);
    await assertConnections(client, 5);
  } finally {
    await client.end();
  }
}

/** What a superuser did to a database, and what a start says of it. `it` stands for the database. */
const odd: [what: string, sql: string, says: RegExp][] = [
  [
    'is read-only',
    'alter database it set default_transaction_read_only = on',
    /^The database it is read-only: .+\.$/,
  ],
  [
    'has no schema public',
    'drop schema public',
    /^The database it has no schema public, .+ Run there: create schema public$/,
  ],
  [
    'gives its user no right to create tables',
    'alter schema public owner to postgres',
    /^keyward may not create tables in .+ grant create on schema public to "keyward"$/,
  ],
  [
    'gives its user no right to create schemas',
    'alter schema public owner to keyward; alter database it owner to postgres',
    /^keyward may not create schemas in .+ grant create on database "it" to "keyward"$/,
  ],
  [
    'has tables of someone else',
    'create table public.schema_migrations ()',
    /^The tables belong to postgres, .+ KEYWARD_DATABASE_OWNER_URL to an address that signs in as postgres\.$/,
  ],
  [
    'is limited to few connections',
    'alter database it connection limit 4',
    /^The database it is limited to 4 connections, and this server needs 5\. .+KEYWARD_DATABASE_POOL\.$/,
  ],
];
for (const [what, sql, says] of odd) {
  test(`a database that ${what} is refused with one sentence before it is changed`, async () => {
    await using database = await createDatabase();
    const { database: name } = database.address;
    await fitnessOf(database.address);
    const superuser = superuserAddress(name);
    await runSql(superuser, sql.replaceAll(/\bit\b/g, name));
    await assert.rejects(
      fitnessOf(database.address),
      ({ message }: Error) => says.test(message.replaceAll(name, 'it')) || assert.fail(message),
    );
    await runSql(superuserAddress('postgres'), `alter database ${name} owner to keyward`);
  });
}

for (const encoding of ['LATIN1', 'SQL_ASCII']) {
  test(`a database in ${encoding} is refused with one sentence before it is changed`, async () => {
    const name = `test_${randomBytes(6).toString('hex')}`;
    const superuser = superuserAddress('postgres');
    await runSql(
      superuser,
      `create database ${name} owner keyward template template0 encoding '${encoding}' locale_provider libc locale 'C'`,
    );
    const address = { ...superuserAddress(name) };
    try {
      const { exitCode, printed } = await runServer({
        DATABASE_URL: urlOf(address),
        KEYWARD_DATABASE_SUPERUSER: 'accept',
      });
      assert.equal(exitCode, 1);
      assert.match(
        printed,
        new RegExp(`^The database ${name} has the encoding ${encoding}, .+template0\\)\\.\\n$`),
      );
      assert.deepEqual(
        await runSql(address, "select from pg_class where relnamespace = 'public'::regnamespace"),
        [],
      );
    } finally {
      await runSql(superuser, `drop database ${name} with (force)`);
    }
  });
}
