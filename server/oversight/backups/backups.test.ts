import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';
import { dumpDatabase } from '#db/dump.ts';
import { holdOffMigrations, migrateWithin } from '#db/migrate.ts';
import { parseConfig, type Config } from '#server/config.ts';
import { openAuditKey } from '#server/oversight/audit-seals/key.ts';
import { checkBackup } from '#server/oversight/backups/read-backup.ts';
import { restoreBackup } from '#server/oversight/backups/restore-backup.ts';
import type { RestoreChoices } from '#server/oversight/backups/schema.ts';
import { writeBackup } from '#server/oversight/backups/write-backup.ts';
import { recoverPassword } from '#server/people/offboarding/recover-access.ts';
import { testAddress } from '#server/testing/cluster.ts';
import { cloneDatabase, createDatabase, type TestDatabase } from '#server/testing/database.ts';
import { openDesk, openEmptyDesk, type Desk } from '#server/testing/desk.ts';
import { codeOf, expect, goodPassword, signIn } from '#server/testing/person.ts';

const keepAll: RestoreChoices = { secrets: 'keep', people: 'keep', admins: [] };
const retireAll: RestoreChoices = { secrets: 'retire', people: 'deactivate', admins: ['ADA@example.com'] };
const onProgress = () => {};

/** A desk that has something of everything, and a backup of it from before all of that was revoked. */
let desk: Desk;
let folder: string;
let file: string;

before(async () => {
  desk = await openDesk();
  folder = await mkdtemp(join(tmpdir(), 'keyward-backup-'));
  file = join(folder, 'one.backup');
});
after(async () => {
  await desk[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const addressOf = ({ runtime }: Desk) => ({
  ...testAddress(),
  database: runtime.pool.options.database ?? '',
});
const auditKey = () => openAuditKey(desk.runtime.config);
const check = (path = file) => checkBackup(path, { key: auditKey(), onTrust: false });

async function restoreInto(
  address: TestDatabase['address'],
  choices: RestoreChoices,
  settings: Partial<Config> = {},
) {
  const config = { ...desk.runtime.config, ...settings };
  return restoreBackup(await check(), { address, config, choices, onProgress });
}

/** A server on what was restored, with the data folder of before. */
const openRestored = ({ address }: TestDatabase) =>
  openEmptyDesk({
    copied: address.database,
    settings: { KEYWARD_DATA: desk.runtime.config.dataFolder },
  });

async function query(address: TestDatabase['address'], text: string): Promise<object[]> {
  const client = new pg.Client(address);
  await client.connect();
  try {
    return (await client.query<object>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Everything of a database but what a restore adds: rows, and how the tables hold them. */
async function pictureOf(address: TestDatabase['address']) {
  const rows: string[] = [];
  await dumpDatabase(address, async (_, parts) => {
    for await (const part of parts) rows.push('row' in part ? part.row : part.table.name);
  });
  const isOfBackups = /"action":"backup\.|"kind":"|audit_sequence/;
  const shape = await query(
    address,
    `select concat_ws(' ', of::regclass, name, is_so, state) as line from (
       select conrelid, conname, pg_get_constraintdef(oid), convalidated::text from pg_constraint where contype <> 'n'
       union all select tgrelid, tgname, pg_get_triggerdef(oid), tgenabled::text from pg_trigger where not tgisinternal
       union all select indrelid, indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid::text from pg_index
       union all select oid, relname, relacl::text, relkind::text from pg_class
     ) all_of_it (of, name, is_so, state) join pg_class c on c.oid = of
     where c.relnamespace in ('public'::regnamespace, 'audit_months'::regnamespace) order by 1`,
  );
  return { rows: rows.filter((row) => !isOfBackups.test(row)), shape };
}

test('a backup is made while a server runs, for its owner only, and recorded', async () => {
  const { ada } = desk;
  const bob = await desk.join('Bob', 'member');
  const kept = await ada.createToken({ name: 'kept' });
  const doomed = await bob.createToken({ name: 'doomed' });
  await desk.send('POST /oauth/token', {
    text: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: kept.token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    }).toString(),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  });
  await desk.settle();
  await desk.runtime.seals.sealer.seal();
  const written = await writeBackup(file, { address: addressOf(desk), key: auditKey(), onProgress });
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const [row] = await desk.sql<{ detail: object }>(
    "select detail from audit_events where action = 'backup.create'",
  );
  assert.deepEqual(row?.detail, { rows: written.rows, sha256: written.sha256 });
  assert.ok(!gunzipSync(await readFile(file)).includes(kept.token.slice(-20)));
  Object.assign(shared, { kept: kept.token, doomed: doomed.token, bob: bob.cookie, ada: ada.cookie });
});
const shared = { kept: '', doomed: '', bob: '', ada: '' };

test('what is kept is exactly what was there: every row, and every rule of every table', async () => {
  await using target = await createDatabase();
  const { retired } = await restoreInto(target.address, keepAll);
  assert.deepEqual(retired, {});
  const [is, was] = [await pictureOf(target.address), await pictureOf(addressOf(desk))];
  assert.deepEqual(is.shape, was.shape);
  assert.deepEqual(is.rows, was.rows);

  await using server = await openRestored(target);
  assert.equal((await server.send('GET /api/v1/me', { token: shared.kept })).status, 200);
  const ada = await signIn(server, 'ada@example.com', goodPassword);
  const verdict = expect(200, await ada.send('GET /api/v1/audit/verify')).body;
  assert.equal(verdict['intact'], true, JSON.stringify(verdict));
  await ada.createToken({ name: 'made after the restore' });
  await server.runtime.seals.sealer.seal();
  assert.equal(expect(200, await ada.send('GET /api/v1/audit/verify')).body['intact'], true);
});

test('what was revoked after the backup stays revoked, and an admin gets in again', async () => {
  const invite = expect(
    201,
    await desk.ada.send('POST /api/v1/users', {
      body: { name: 'Eve', email: 'eve@example.com', role: 'viewer' },
    }),
  );
  assert.ok(invite);
  await using target = await createDatabase();
  const { retired } = await restoreInto(target.address, retireAll);
  assert.deepEqual([retired['token'], retired['password'], retired['user']], [2, 2, 1]);
  await using server = await openRestored(target);
  for (const token of [shared.kept, shared.doomed]) {
    const refused = await server.send('GET /api/v1/me', { token });
    assert.deepEqual([refused.status, refused.problem?.code], [401, 'token_revoked']);
  }
  for (const cookie of [shared.bob, shared.ada])
    assert.equal((await server.send('GET /api/v1/me', { cookie })).status, 401);
  for (const email of ['ada@example.com', 'bob@example.com']) {
    const body = { email, password: goodPassword };
    assert.equal((await server.send('POST /api/v1/auth/login', { body })).status, 401);
  }
  assert.deepEqual((await server.send('GET /.well-known/jwks.json')).body['keys'], []);
  await assert.rejects(recoverPassword(server.runtime, { email: 'bob@example.com', password: null }));

  const link = await recoverPassword(server.runtime, { email: 'ada@example.com', password: null });
  const password = 'nine harbours under snow';
  expect(
    200,
    await server.send('POST /trpc/users.completeReset', { body: { code: codeOf(link ?? ''), password } }),
  );
  const ada = await signIn(server, 'ada@example.com', password);
  assert.equal(expect(200, await ada.send('GET /api/v1/audit/verify')).body['intact'], true);
  const { text } = await ada.send('GET /api/v1/audit?action=backup.restore');
  assert.match(text, /"secrets":"retire"/);
  const rows = await server.sql(
    "select from audit_events where action in ('token.revoke', 'user.deactivate') and detail->>'reason' like 'Restored %'",
  );
  assert.equal(rows.length, 3);
});

test('a log that lost its end says so, and the seal that it had is kept aside', async () => {
  const { dataFolder } = desk.runtime.config;
  await desk.ada.createToken({ name: 'after the backup' });
  await desk.runtime.seals.sealer.seal();
  await using target = await createDatabase();
  const { sealKeptIn } = await restoreInto(target.address, keepAll);
  assert.equal(sealKeptIn, join(dataFolder, 'audit-seal-2.json'));
  await using server = await openRestored(target);
  const ada = await signIn(server, 'ada@example.com', goodPassword);
  assert.equal(expect(200, await ada.send('GET /api/v1/audit/verify')).body['intact'], true);
  const seal = JSON.parse(await readFile(sealKeptIn ?? '', 'utf8')) as object;
  const against = expect(200, await ada.send('POST /api/v1/audit/verify', { body: { seal } })).body;
  assert.equal(against['intact'], false);
});

test('what is not empty, or leaves nobody in charge, or cannot be opened, is left as it is', async () => {
  await using used = await cloneDatabase();
  await assert.rejects(restoreInto(used.address, keepAll), /This database is not empty: it has the table/);

  await using target = await createDatabase();
  const server = new pg.Client({ ...target.address, application_name: 'keyward 4711' });
  await server.connect();
  await assert.rejects(restoreInto(target.address, keepAll), /A Keyward server \(keyward 4711\) is using/);
  await server.end();
  const nobody = { ...retireAll, admins: ['bob@example.com'] };
  await assert.rejects(restoreInto(target.address, nobody), /No admin would be left in default/);
  const other = parseConfig({ KEYWARD_MASTER_KEY: 'a1'.repeat(32) });
  await assert.rejects(restoreInto(target.address, keepAll, { masterKey: other.masterKey }), {
    name: 'Error',
    message: /another KEYWARD_MASTER_KEY/,
  });
  await assert.rejects(
    restoreInto(target.address, keepAll, { masterKey: undefined, dataFolder: folder }),
    /There is no .*master\.key/,
  );
  assert.deepEqual(
    await query(target.address, "select from pg_class where relnamespace = 'public'::regnamespace"),
    [],
  );
  // The same database takes it still.
  await restoreInto(target.address, keepAll);
});

test('a backup of an older schema is brought up to date', async () => {
  await using old = await createDatabase();
  const client = new pg.Client(old.address);
  await client.connect();
  await client.query('begin');
  await holdOffMigrations(client);
  await migrateWithin(client, '0018_create_device_requests.sql');
  await client.query(`
    insert into tenants (id, slug, name, created_at) values (gen_random_uuid(), 'default', 'Default', now());
    insert into users (id, tenant_id, email, name, role, created_at)
      select gen_random_uuid(), id, 'ada@example.com', 'Ada', 'admin', now() from tenants;
    insert into credentials (id, tenant_id, kind, owner_user_id, name, permissions, created_at, use_count)
      select gen_random_uuid(), tenant_id, 'pat', id, 'old', '{*}', now(), 7 from users;
    commit`);
  await client.end();
  const path = join(folder, 'old.backup');
  await writeBackup(path, { address: old.address, key: auditKey(), onProgress });
  await using target = await createDatabase();
  await mkdir(join(folder, 'fresh'));
  const config = { ...desk.runtime.config, dataFolder: join(folder, 'fresh') };
  const work = { address: target.address, config, choices: keepAll, onProgress };
  await restoreBackup(await check(path), work);
  assert.deepEqual(await query(target.address, 'select use_count from credential_last_use'), [
    { use_count: '7' },
  ]);
  await using server = await openRestored(target);
  assert.equal((await server.send('GET /healthz')).status, 200);
});
