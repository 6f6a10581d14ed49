import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { connectTo, signedInAs, type DatabaseAddress } from '#db/address.ts';
import { sqlState } from '#db/errors.ts';
import { loginOf } from '#db/login.ts';
import { createDatabase } from '#server/testing/database.ts';
import { urlOf } from '#server/testing/process.ts';
import type { Outcome, TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';

const file = path.join(tmpdir(), 'keyward-trust');
/** What an injection would try. Each in a transaction of its own that is undone; several statements are one way. */
const ways: Record<string, string> = {
  'set role to the owner': 'set role keyward',
  'set_config of the role': "select set_config('role', 'keyward', false)",
  'set session authorization': 'set session authorization keyward',
  'reset role, then change the log': "reset role; update audit_events set action = 'x.y'",
  'role none, then change the log':
    "select set_config('role', 'none', false); update audit_events set action = 'x.y'",
  'update the log': "update audit_events set action = 'x.y'",
  'delete from the log': 'delete from audit_events',
  'truncate the log': 'truncate audit_events',
  'choose a sequence': `insert into audit_events (sequence, time, tenant_id, actor_kind, actor_label, action, outcome)
    select 1, now(), id, 'system', 'x', 'x.y', 'ok' from tenants`,
  'write into a month': 'insert into audit_months.other select * from audit_events',
  'change a seal': 'update audit_seals set number = number + 1',
  'drop a month': "select drop_audit_month('2020-01')",
  'make a month': "select make_audit_month('2020-01-01')",
  'guard nothing': "select guard_audit_partition('audit_events')",
  'switch triggers off': 'alter table audit_events disable trigger all',
  replicate: 'set session_replication_role = replica',
  'make itself more': 'alter role current_user createrole',
  'make the owner a superuser': 'alter role keyward superuser',
  'change the owner’s password': "alter role keyward password 'x'",
  'make a role': 'create role intruder',
  'take a role': 'grant keyward to current_user',
  'grant itself': "grant all on audit_events to current_user; update audit_events set action = 'x.y'",
  'own a table': 'alter table audit_events owner to current_user',
  'replace a function':
    'create or replace function refuse_audit_change() returns trigger language sql as $$ $$',
  'make a function': 'create function public.f() returns int language sql as $$ select 1 $$',
  'make an operator’s function': 'create function pg_temp.f() returns int language sql as $$ select 1 $$',
  'make a schema': 'create schema s',
  'make a table': 'create table public.t ()',
  'shadow a table': 'create temporary table audit_events ()',
  'add an extension': 'create extension dblink',
  'add another extension': 'create extension postgres_fdw',
  'make a foreign-data wrapper': 'create foreign data wrapper w',
  'run a program': "copy (select 1) to program 'true'",
  'read a program': "copy credential_tallies from program 'id'",
  'read a file': "select pg_read_file('/etc/passwd')",
  'list files': "select pg_ls_dir('.')",
  'write a file': `copy (select 1) to '${file}'`,
  'import a file': "select lo_import('/etc/passwd')",
  'export a file': `select lo_export(lo_create(0), '${file}')`,
  'load a library': "load 'auto_explain'",
  'log everything': "set log_statement = 'all'",
  'set the database': 'alter database current_database set search_path = x',
  'read passwords': 'select rolpassword from pg_authid',
  'plant a statement for the owner':
    "insert into pgboss.bam (name, version, status, table_name, command) values ('x', 1, 'pending', 'job', 'drop table users')",
  'plant a name for the owner': `insert into pgboss.queue
    select (jsonb_populate_record(q, '{"name": "x", "table_name": "job_common; drop table users"}')).* from pgboss.queue q limit 1`,
  'rename for the owner': "update pgboss.queue set table_name = 'job_common; drop table users'",
  'migrate anew': 'update pgboss.version set version = 1',
  'forget migrations': 'delete from schema_migrations',
  'end the owner’s connections':
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'keyward'",
};

/** Fills a way in with what only this cluster knows. */
const fill = (sql: string, { database, login }: { database: string; login: string }) =>
  sql.replaceAll('current_database', database).replaceAll('current_user', login);

async function connect(address: DatabaseAddress): Promise<pg.Client> {
  const client = new pg.Client(connectTo(address));
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** The code of the refusal; undefined for a way that leads somewhere. */
async function refusalOf(client: pg.Client, sql: string): Promise<string | undefined> {
  await client.query('begin');
  const refusal = await client.query(sql).then(
    () => undefined,
    (error: unknown) => sqlState(error) ?? 'none',
  );
  await client.query('rollback; reset session authorization; reset role; reset all');
  return refusal;
}

const settleMs = 3_000;

/** Not allowed, or not by a constraint. What fails for another reason shows nothing. */
const refusals = ['42501', '23514'];

/** Every other role that the login may act as, and every other database that it may enter. */
async function doorsOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`
    select 'the role ' || rolname as name from pg_roles
      where pg_has_role(oid, 'member') and rolname not in (session_user, 'keyward_app')
    union all select 'the database ' || datname from pg_database
      where has_database_privilege(oid, 'connect') and datname <> current_database() and datname ~ '^test_'`);
  return rows.map(({ name }) => name);
}

/** Who the servers of the stage are signed in as. */
async function workersOf(stage: Stage): Promise<string[]> {
  const rows = await stage.sql<{ name: string }>(
    `select distinct usename as name from pg_stat_activity
     where datname = current_database() and application_name = any ($1)`,
    [stage.servers.map(({ child }) => `keyward ${child.pid}`)],
  );
  return rows.map(({ name }) => name);
}

async function check(stage: Stage): Promise<Outcome> {
  const { database } = stage.address;
  const login = loginOf(Buffer.from(stage.settings['KEYWARD_MASTER_KEY'] ?? '', 'hex'), database);
  // A second Keyward in the same cluster.
  await using other = await createDatabase();
  await using neighbour = await stage.another({ DATABASE_URL: urlOf(other.address) });
  const workers = await workersOf(stage);
  const client = await connect(signedInAs(stage.address, login));
  const open = workers.filter((name) => name !== login.user).map((name) => `servers work as ${name}`);
  try {
    for (const [name, sql] of Object.entries(ways)) {
      const refusal = await refusalOf(client, fill(sql, { database, login: login.user }));
      if (!refusals.includes(refusal ?? '')) open.push(refusal ? `${name} (${refusal})` : name);
    }
    // A database that another promise makes at this moment is open until its server has closed it.
    const found = await doorsOf(client);
    if (found.length > 0) await sleep(settleMs);
    const still = new Set(found.length > 0 ? await doorsOf(client) : []);
    open.push(...found.filter((name) => still.has(name)));
  } finally {
    await client.end();
  }
  const elsewhere = await connect(signedInAs(other.address, login)).catch(() => undefined);
  if (elsewhere) open.push(`the database of the server at ${neighbour.origin}`);
  await elsewhere?.end();
  const tried = Object.keys(ways).length + 1;
  return {
    measured: `${open.length} of ${tried} ways${open.length > 0 ? `: ${open.join(', ')}` : ''}`,
    holds: open.length === 0 && workers.length === 1,
  };
}

export const promise: TrustPromise = {
  id: 'S35',
  name: `the server’s login becomes nothing more, in ${Object.keys(ways).length} ways, and enters no other Keyward’s database`,
  threshold: '0 ways',
  isFast: true,
  check,
  control: [
    {
      without: 'a login of its own: the server signs in as the owner',
      replaced: ['servers-sign-in-as-owner'],
    },
    {
      without: 'CONNECT revoked from PUBLIC',
      replaced: ['everyone-may-connect'],
    },
    {
      without: 'membership of nothing else: a role in between',
      sql: `create role middleman; do $$ declare login text; begin
        for login in select rolname from pg_roles where rolname ~ '^keyward_[0-9a-f]{8}$' loop
          execute format('grant middleman to %I', login);
        end loop; end $$`,
    },
    {
      without: 'a schema that only the owner creates in',
      sql: 'grant create on schema public to public',
    },
    {
      without: 'tables of pg-boss that the server cannot write statements into',
      sql: 'grant insert on pgboss.bam to keyward_app',
    },
  ],
};
