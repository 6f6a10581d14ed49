import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import type { DatabaseAddress } from '#db/address.ts';
import { connectAsOwner } from '#db/connect.ts';
import { assertFewRights } from '#db/login-rights.ts';
import { admitLogin, loginNameOf, loginOf, makeLogin } from '#db/login.ts';
import { cloneDatabase, runSql, superuserAddress, type TestDatabase } from '#server/testing/database.ts';

const masterKey = Buffer.alloc(32, 1);

async function makeAs(database: TestDatabase, key = masterKey): Promise<DatabaseAddress> {
  const owner = await connectAsOwner(database.address);
  try {
    const address = await makeLogin(owner, database.address, key);
    await admitLogin(owner, loginNameOf(database.address.database));
    return address;
  } finally {
    await owner.end();
  }
}

async function rightsOf(address: DatabaseAddress): Promise<void> {
  const client = new pg.Client(address);
  await client.connect();
  try {
    await assertFewRights(client);
  } finally {
    await client.end();
  }
}

const partsOf = (address: DatabaseAddress) => address as Exclude<DatabaseAddress, string>;

test('a login reads and appends, signs in by a password that no statement held, and has few rights', async () => {
  await using database = await cloneDatabase();
  const login = partsOf(await makeAs(database));
  await runSql(login, 'select from audit_events; select make_audit_months(1)');
  await rightsOf(login);
  const wrong = { ...login, password: 'wrong' };
  await assert.rejects(runSql(wrong, 'select'), /password authentication failed/);
  const [kept] = await runSql<{ verifier: string }>(
    superuserAddress('postgres'),
    `select rolpassword as verifier from pg_authid where rolname = '${login.user}'`,
  );
  assert.match(kept?.verifier ?? '', /^SCRAM-SHA-256\$4096:/);
});

test('two databases of a cluster have logins of their own, and neither opens the other', async () => {
  await using one = await cloneDatabase();
  await using other = await cloneDatabase();
  const [first, second] = [partsOf(await makeAs(one)), partsOf(await makeAs(other))];
  assert.notEqual(first.user, second.user);
  assert.notEqual(first.password, second.password);
  for (const [login, { database }] of [
    [first, second],
    [second, first],
  ] as const)
    await assert.rejects(runSql({ ...login, database }, 'select'), /permission denied for database/);
});

test('a login that changed itself is set right at the next start', async () => {
  await using database = await cloneDatabase();
  const login = partsOf(await makeAs(database));
  await runSql(
    login,
    `alter role ${login.user} set search_path = app; alter role ${login.user} password 'guessed'`,
  );
  assert.deepEqual(await makeAs(database), login);
  assert.deepEqual(await runSql(login, 'show search_path'), [{ search_path: '"$user", public' }]);
  await assert.rejects(runSql({ ...login, password: 'guessed' }, 'select'), /authentication failed/);
});

test('a server with another master key is refused while one runs, and may take over once none does', async () => {
  await using database = await cloneDatabase();
  const login = partsOf(await makeAs(database));
  const running = new pg.Client({ ...login, application_name: 'keyward 4711' });
  await running.connect();
  const other = Buffer.alloc(32, 2);
  await assert.rejects(
    makeAs(database, other),
    /\(keyward 4711\) is using this database with another KEYWARD_MASTER_KEY/,
  );
  assert.deepEqual(await makeAs(database), login, 'with the same one others start');
  await running.end();
  assert.equal(
    partsOf(await makeAs(database, other)).password,
    loginOf(other, database.address.database).password,
  );
});

/** Run as a superuser. `login` stands for its name. */
const excesses: [what: string, sql: string, says: RegExp][] = [
  // The owner may become what it has made: others who start meanwhile would take it for a superuser.
  ['is a superuser', 'revoke login from keyward cascade; alter role login superuser', /has .*SUPERUSER/],
  ['may make roles', 'alter role login createrole', /has CREATEROLE/],
  [
    'may read files of the machine',
    'grant pg_read_server_files to login',
    /is a member of pg_read_server_files/,
  ],
  [
    'may run programs',
    'grant pg_execute_server_program to login',
    /is a member of pg_execute_server_program/,
  ],
  ['may create tables', 'grant create on schema public to login', /may create in the schema public/],
  ['owns a table', 'create table x (); alter table x owner to login', /owns x/],
  [
    'may change the log',
    'grant all on all tables in schema public to login',
    /UPDATE, DELETE, TRUNCATE, TRIGGER on audit_events/,
  ],
  [
    'may skip triggers',
    'grant set on parameter session_replication_role to login',
    /may set session_replication_role/,
  ],
  ['works as another', 'alter role login set role = keyward_app', /works as keyward_app/],
];
for (const [what, sql, says] of excesses) {
  test(`a login that ${what} is refused with a sentence`, async () => {
    await using database = await cloneDatabase();
    const login = partsOf(await makeAs(database));
    await runSql(superuserAddress(login.database), sql.replaceAll('login', login.user));
    await assert.rejects(rightsOf(login), says);
    const clear = `alter role ${login.user} nosuperuser; grant ${login.user} to keyward with admin option; drop owned by ${login.user}; drop table if exists x; revoke all on parameter session_replication_role from ${login.user}`;
    await runSql(superuserAddress(login.database), clear);
  });
}
