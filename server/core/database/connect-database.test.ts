import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectAsOwner } from '#db/connect.ts';
import { startEmbedded } from '#db/embedded/embedded.ts';
import { installJobQueue } from '#db/job-queue.ts';
import { loginNameOf } from '#db/login.ts';
import { migrateWithin } from '#db/migrate.ts';
import { createDatabase, runSql, superuserAddress, type TestDatabase } from '#server/testing/database.ts';
import { openEmptyDesk } from '#server/testing/desk.ts';
import { dataFolder, runServer, startServer, urlOf } from '#server/testing/process.ts';

type Address = TestDatabase['address'];

const password = 'seven-lanterns';
const masterKey = { KEYWARD_MASTER_KEY: '5e'.repeat(32) };

/** A database as a server left it that worked as the owner, under a role that it could put off. */
async function leaveAsBefore(address: Address): Promise<void> {
  const client = await connectAsOwner(address);
  await client.query('begin');
  await migrateWithin(client, '0022_retire_identities.sql');
  await client.query(`insert into tenants (id, slug, name, created_at) values (gen_random_uuid(), 'default', 'Kept', now());
    commit`);
  await installJobQueue(client, []);
  await client.query(`alter table pgboss.queue drop constraint plain_names;
    grant insert, update, delete on all tables in schema pgboss to keyward_app`);
  await client.end();
}

/** Who the servers of a database work as, once one serves with these settings. Its data are still there. */
async function workersOf(address: Address, settings: Record<string, string>): Promise<string[]> {
  await using folder = await dataFolder();
  await using server = await startServer({ ...masterKey, ...folder.settings, ...settings });
  assert.equal((await server.send('GET /readyz')).status, 200, server.printed());
  assert.deepEqual(await runSql(superuserAddress(address.database), 'select name from tenants'), [
    { name: 'Kept' },
  ]);
  const rows = await runSql<{ name: string }>(
    superuserAddress(address.database),
    String.raw`select distinct usename as name from pg_stat_activity
      where datname = current_database() and application_name ~ '^keyward \d+$'`,
  );
  return rows.map(({ name }) => name);
}

/** A database and what owns it. */
async function ownedBy(user: string, rights: string, opened: AsyncDisposableStack): Promise<Address> {
  const database = opened.use(await createDatabase());
  const superuser = superuserAddress('postgres');
  opened.defer(async () => {
    await runSql(superuser, `alter database ${database.address.database} owner to keyward`);
  });
  if (user === 'postgres') {
    await runSql(superuser, `alter database ${database.address.database} owner to postgres`);
    return superuserAddress(database.address.database);
  }
  const name = `${user}_${database.address.database}`;
  await runSql(
    superuser,
    `create role ${name} login ${rights} password '${password}';
    alter database ${database.address.database} owner to ${name}`,
  );
  return { ...database.address, user: name, password };
}

/** What is printed between blank lines: statements, and an address. */
const partsOf = (printed: string) => printed.split('\n\n');

/** Does what a refused start says: pastes its SQL, gives the user that it names a password. Returns the address that it names. */
async function followAdvice(printed: string, { database }: Address): Promise<string> {
  const [, sql = ''] = partsOf(printed);
  await runSql(superuserAddress(database), sql);
  const user = /\\password (\w+)/.exec(printed)?.[1] ?? assert.fail(printed);
  await runSql(superuserAddress(database), `alter role ${user} password '${password}'`);
  return (partsOf(printed).find((part) => part.startsWith('  postgres://')) ?? '')
    .trim()
    .replace('<password>', password);
}

/** So that the next test finds the cluster as it was. */
async function forgetRoles({ database }: Address, ...roles: string[]): Promise<void> {
  const superuser = superuserAddress('postgres');
  await runSql(superuser, `alter database ${database} owner to keyward`);
  await runSql(superuser, `drop database ${database} with (force)`);
  await runSql(superuser, `create database ${database} owner keyward`);
  for (const role of roles) await runSql(superuser, `drop role if exists ${role}`);
}

test('the built-in database of an earlier version goes on without an operator, by a login of its own', async () => {
  await using folder = await dataFolder();
  const dataAt = { dataFolder: folder.settings.KEYWARD_DATA, say: () => {} };
  const embedded = await startEmbedded(dataAt);
  await leaveAsBefore(embedded.address);
  await embedded.stop();
  // What the shell says of other databases has no effect.
  const shell = {
    PGSSLMODE: 'require',
    PGOPTIONS: '-c search_path=app',
    PGPORT: '1',
    PGUSER: 'ada',
    PGCLIENTENCODING: 'LATIN1',
  };
  await using server = await startServer({ ...folder.settings, ...shell });
  assert.equal((await server.send('GET /readyz')).status, 200);
  const { address } = await startEmbedded(dataAt).catch(() => embedded);
  assert.deepEqual(await runSql(address, 'select name from tenants'), [{ name: 'Kept' }]);
  const workers = await runSql(
    address,
    String.raw`select distinct usename as name from pg_stat_activity
      where application_name ~ '^keyward \d+$' and datname = 'keyward'`,
  );
  assert.deepEqual(workers, [{ name: loginNameOf('keyward') }]);
});

test('an owner who may make roles is upgraded without an operator', async () => {
  await using database = await createDatabase();
  await leaveAsBefore(database.address);
  const workers = await workersOf(database.address, { DATABASE_URL: urlOf(database.address) });
  assert.deepEqual(workers, [loginNameOf(database.address.database)]);
});

test('a superuser is refused with SQL that hands the database to another owner, who then goes on with it', async () => {
  await using opened = new AsyncDisposableStack();
  const address = await ownedBy('postgres', '', opened);
  await leaveAsBefore(address);
  const before = await runServer({ ...masterKey, DATABASE_URL: urlOf(address) });
  assert.equal(before.exitCode, 1);
  assert.match(
    before.printed,
    /^DATABASE_URL signs in as postgres, a superuser: .+KEYWARD_DATABASE_SUPERUSER=accept\.\n$/s,
  );
  assert.ok(!before.printed.includes(address.password));
  const DATABASE_URL = await followAdvice(before.printed, address);
  const owner = loginNameOf(address.database).replace('keyward_', 'keyward_owner_');
  opened.defer(() => forgetRoles(address, loginNameOf(address.database), owner));
  assert.deepEqual(await workersOf(address, { DATABASE_URL }), [loginNameOf(address.database)]);
  const left = await runSql(
    superuserAddress(address.database),
    `select oid::regclass from pg_class where pg_get_userbyid(relowner) = 'postgres' and relkind in ('r', 'p', 'S')
       and relnamespace in (select oid from pg_namespace where nspname in ('public', 'audit_months', 'pgboss'))`,
  );
  assert.deepEqual(left, []);
});

test('a superuser who is accepted is warned of, and the server still works as a login of few rights', async () => {
  await using opened = new AsyncDisposableStack();
  const address = await ownedBy('postgres', '', opened);
  await leaveAsBefore(address);
  const owner = loginNameOf(address.database).replace('keyward_', 'keyward_owner_');
  opened.defer(() => forgetRoles(address, loginNameOf(address.database), owner));
  await using folder = await dataFolder();
  const settings = {
    ...masterKey,
    ...folder.settings,
    DATABASE_URL: urlOf(address),
    KEYWARD_DATABASE_SUPERUSER: 'accept',
  };
  {
    await using server = await startServer(settings);
    assert.match(server.printed(), /"level":40.*signs in as a superuser/);
  }
  assert.deepEqual(await workersOf(address, settings), [loginNameOf(address.database)]);
  // Whose login the next owner can go on with.
  const { printed } = await runServer({ ...masterKey, DATABASE_URL: urlOf(address) });
  const DATABASE_URL = await followAdvice(printed, address);
  assert.deepEqual(await workersOf(address, { DATABASE_URL }), [loginNameOf(address.database)]);
});

test('an owner who may make no roles is refused with SQL for the login, and both addresses then serve', async () => {
  await using opened = new AsyncDisposableStack();
  const address = await ownedBy('small', 'nocreaterole', opened);
  opened.defer(() => forgetRoles(address, loginNameOf(address.database), address.user));
  await leaveAsBefore(address);
  const before = await runServer({ ...masterKey, DATABASE_URL: urlOf(address) });
  assert.equal(before.exitCode, 1);
  assert.match(
    before.printed,
    /^small_\w+ may not create roles, so Keyward cannot make the login .+ and start again\.\n$/s,
  );
  const DATABASE_URL = await followAdvice(before.printed, address);
  const both = { DATABASE_URL, KEYWARD_DATABASE_OWNER_URL: urlOf(address) };
  assert.deepEqual(await workersOf(address, both), [loginNameOf(address.database)]);
});

test('an owner of the tables who does not own the database is refused with SQL that says who may connect', async () => {
  await using opened = new AsyncDisposableStack();
  const address = await ownedBy('guest', 'createrole', opened);
  opened.defer(() => forgetRoles(address, loginNameOf(address.database), address.user));
  const superuser = superuserAddress(address.database);
  await runSql(superuser, `grant keyward_app to ${address.user} with admin option`);
  await leaveAsBefore(address);
  await runSql(
    superuser,
    `alter database ${address.database} owner to postgres;
    grant create on database ${address.database} to ${address.user};
    grant create on schema public to ${address.user}`,
  );
  const before = await runServer({ ...masterKey, DATABASE_URL: urlOf(address) });
  assert.match(
    before.printed,
    /^guest_\w+ may not .+ PUBLIC the right to connect\. .+Then start again\.\n$/s,
  );
  await runSql(superuser, partsOf(before.printed)[1] ?? '');
  assert.deepEqual(await workersOf(address, { DATABASE_URL: urlOf(address) }), [
    loginNameOf(address.database),
  ]);
});

test('two addresses of different databases, and a login that may do more, stop the start before anything is migrated', async () => {
  await using one = await createDatabase();
  await using other = await createDatabase();
  const start = (server: Address) =>
    runServer({ ...masterKey, DATABASE_URL: urlOf(server), KEYWARD_DATABASE_OWNER_URL: urlOf(one.address) });
  assert.match(
    (await start(other.address)).printed,
    /^DATABASE_URL and KEYWARD_DATABASE_OWNER_URL lead to different databases\..+\n$/,
  );
  assert.match(
    (await start(one.address)).printed,
    /^The server’s login keyward has CREATEROLE.+ DATABASE_URL to a login of its own\.\n$/,
  );
  assert.deepEqual(
    await runSql(one.address, "select from pg_class where relnamespace = 'public'::regnamespace"),
    [],
  );
});

test('a server whose master key is not that of the others is refused with one sentence', async () => {
  await using database = await createDatabase();
  await using folder = await dataFolder();
  const settings = { ...folder.settings, DATABASE_URL: urlOf(database.address) };
  await using server = await startServer({ ...settings, ...masterKey });
  const other = await runServer({ ...settings, KEYWARD_MASTER_KEY: 'a1'.repeat(32) });
  assert.equal(other.exitCode, 1);
  assert.match(
    other.printed,
    /^KEYWARD_MASTER_KEY: this database holds keys that were sealed under another one\. Set it to that one\.\n$/,
  );
  assert.equal((await server.send('GET /readyz')).status, 200);
});

test('a start behind a long read of the log goes on, and leaves the months to come for later', async () => {
  await using desk = await openEmptyDesk();
  await desk.sql(
    `do $$ begin execute 'drop table ' || (select max(inhrelid::regclass::text) from pg_inherits
       where inhparent = 'audit_events'::regclass and inhrelid::regclass::text ~ 'events_'); end $$`,
  );
  await desk.sql('begin');
  await desk.sql('select from audit_events limit 1');
  await using other = await desk.another();
  await desk.sql('commit');
  assert.match(desk.logged.join(''), /the audit log is in use: months to come are made later/);
  assert.equal((await other.send('GET /readyz')).status, 200);
});
