import assert from 'node:assert/strict';
import { test } from 'node:test';
import { is } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import pg from 'pg';
import * as adminTokens from '#db/schema/admin-tokens.ts';
import * as agents from '#db/schema/agents.ts';
import * as audit from '#db/schema/audit.ts';
import * as credentials from '#db/schema/credentials.ts';
import * as deviceRequests from '#db/schema/device-requests.ts';
import * as notices from '#db/schema/notices.ts';
import * as people from '#db/schema/people.ts';
import * as setupCodes from '#db/schema/setup-codes.ts';
import * as signIn from '#db/schema/sign-in.ts';
import * as signing from '#db/schema/signing.ts';
import * as toolServers from '#db/schema/tool-servers.ts';
import { migrateDatabase } from '#server/testing/cluster.ts';
import { cloneDatabase, createDatabase } from '#server/testing/database.ts';

async function query<Row extends object>(address: pg.ClientConfig, text: string): Promise<Row[]> {
  const client = new pg.Client(address);
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

test('an empty database is brought to the newest schema, by five servers at once, each file once', async () => {
  await using database = await createDatabase();
  const ran = await Promise.all(Array.from({ length: 5 }, () => migrateDatabase(database.address)));
  const names = ran.flat();
  assert.ok(names.includes('0001_create_people.sql'));
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(await migrateDatabase(database.address), []);
});

test('a database that a newer server migrated is refused with a sentence', async () => {
  await using database = await cloneDatabase();
  await query(
    database.address,
    "insert into schema_migrations (name, checksum) values ('9999_add_wings.sql', 'x')",
  );
  await assert.rejects(migrateDatabase(database.address), {
    message: /migrated by a newer Keyward \(9999_add_wings\.sql\)/,
  });
});

test('a file that was changed after it ran is refused with a sentence', async () => {
  await using database = await cloneDatabase();
  await query(
    database.address,
    "update schema_migrations set checksum = 'x' where name = '0001_create_people.sql'",
  );
  await assert.rejects(migrateDatabase(database.address), {
    message: /0001_create_people\.sql was changed after it ran/,
  });
});

test('the tables that the code knows are the tables that the migrations make', async () => {
  await using database = await cloneDatabase();
  const columns = await query<{
    table_name: string;
    column_name: string;
    data_type: string;
    is_nullable: string;
  }>(
    database.address,
    `select table_name, column_name, is_nullable from information_schema.columns
     where table_schema = 'public' and table_name <> 'schema_migrations'`,
  );
  const migrated = columns.map(
    (column) => `${column.table_name}.${column.column_name} ${column.is_nullable === 'YES'}`,
  );
  const tables = [
    adminTokens,
    agents,
    people,
    credentials,
    audit,
    signIn,
    signing,
    toolServers,
    notices,
    setupCodes,
    deviceRequests,
  ]
    .flatMap((part): unknown[] => Object.values(part))
    .filter((value) => is(value, PgTable));
  const known = tables.flatMap((table) => {
    const { name, columns: all } = getTableConfig(table);
    return all.map((column) => `${name}.${column.name} ${!column.notNull}`);
  });
  assert.deepEqual(known.toSorted(), migrated.toSorted());
});

test('the server’s role can delete nothing that has to keep its history', async () => {
  await using database = await cloneDatabase();
  const grants = await query<{ table_name: string }>(
    database.address,
    `select table_name from information_schema.role_table_grants
     where table_schema = 'public' and grantee = 'keyward_app' and privilege_type in ('DELETE', 'TRUNCATE')`,
  );
  assert.deepEqual(grants.map((grant) => grant.table_name).toSorted(), [
    'agent_servers',
    'credential_tallies',
    'credential_use',
    'device_requests',
    'mcp_servers',
    'mcp_tools',
    'sessions',
    'sign_in_tallies',
  ]);
});
