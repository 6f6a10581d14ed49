import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, mkdtempDisposable, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import pg from 'pg';
import { parseConfig } from '#server/config.ts';
import { openAuditKey } from '#server/oversight/audit-seals/key.ts';
import { assertAdmins, checkBackup } from '#server/oversight/backups/read-backup.ts';
import { restoreBackup } from '#server/oversight/backups/restore-backup.ts';
import type { RestoreChoices } from '#server/oversight/backups/schema.ts';
import { writeBackup } from '#server/oversight/backups/write-backup.ts';
import { cloneDatabase, createDatabase } from '#server/testing/database.ts';

/** A backup of a tenant with one person, and the key that signed it. */
async function makeBackup() {
  const folder = await mkdtemp(join(tmpdir(), 'keyward-backup-'));
  await using database = await cloneDatabase();
  const client = new pg.Client(database.address);
  await client.connect();
  await client.query(`
    insert into tenants (id, slug, name, created_at) values (gen_random_uuid(), 'default', 'Default', now());
    insert into users (id, tenant_id, email, name, role, created_at)
      select gen_random_uuid(), id, 'bob@example.com', 'Bob', 'member', now() from tenants;
    insert into users (id, tenant_id, email, name, role, created_at, deactivated_at)
      select gen_random_uuid(), id, admin || '@example.com', admin, 'admin', now(), off
      from tenants, (values ('Ada', null), ('Eve', now())) admins (admin, off)`);
  await client.end();
  const key = openAuditKey(parseConfig({ KEYWARD_DATA: folder }));
  const file = join(folder, 'one.backup');
  await writeBackup(file, { address: database.address, key, onProgress: () => {} });
  return {
    folder,
    file,
    key,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

test('a file that was cut off, changed, made elsewhere or by a newer Keyward is refused with a sentence', async () => {
  await using made = await makeBackup();
  const { folder, file, key } = made;
  const check = (path: string) => checkBackup(path, { key, onTrust: false });
  const whole = await readFile(file);
  const text = gunzipSync(whole).toString();
  const bad = join(folder, 'bad.backup');
  const refused = async (content: Buffer | string, expected: RegExp) => {
    await writeFile(bad, typeof content === 'string' ? gzipSync(content) : content);
    await assert.rejects(check(bad), expected);
  };
  await refused(whole.subarray(0, whole.length / 2), /cut off/);
  await refused(text.slice(0, text.lastIndexOf('\n[')), /cut off/);
  await refused(Buffer.from('not a backup'), /damaged, or no backup/);
  await refused('{"a":1}\n', /cut off/);
  await refused('["something else"]\n', /not a backup that this Keyward can read/);
  await refused(`["keyward backup",${' '.repeat(2 ** 20)}{}]\n`, /not a backup that this Keyward can read/);
  await refused('{'.repeat(2 ** 26 + 1), /damaged, or no backup/);
  await refused(`${text}{"a":1}\n`, /goes on behind its end/);
  for (const row of ['{broken', '{"email":1}'])
    await refused(text.replace(/^\["table",\{"name":"users".*\n/m, `$&${row}\n`), /not a backup that this/);
  const promoted = text.replace('"role":"member"', '"role":"admin"');
  assert.notEqual(promoted, text);
  await refused(promoted, /its checksum is wrong/);
  await refused(resummed(promoted), /its signature is wrong/);
  await assert.rejects(check(join(folder, 'none')), /none: there is no such file\./);

  const elsewhere = parseConfig({ KEYWARD_DATA: join(folder, 'elsewhere') });
  await assert.rejects(
    checkBackup(file, { key: openAuditKey(elsewhere), onTrust: false }),
    /was signed with the audit key [0-9a-f]{16}, which is not here/,
  );
  await checkBackup(file, { key: undefined, onTrust: true });
  await writeFile(bad, gzipSync(resummed(promoted)));
  await assert.rejects(checkBackup(bad, { key, onTrust: true }), /signature is wrong/);
  const newer = resummed(
    text.replace('"migrations":[', '"migrations":[{"name":"9999_add_wings.sql","checksum":"x"},'),
  );
  await writeFile(bad, gzipSync(newer));
  await assert.rejects(
    checkBackup(bad, { key: undefined, onTrust: true }),
    /made with a newer Keyward \(9999_add_wings\.sql\)/,
  );
});

test('who is to stay as an admin has to be one in the backup, and is named where not', async () => {
  await using made = await makeBackup();
  const backup = await checkBackup(made.file, { key: made.key, onTrust: false });
  assertAdmins(backup, ['ADA@example.com']);
  const refused: [string, RegExp][] = [
    ['adda@example.com', /^--admin adda@example\.com: as of .*, nobody has this address\. /],
    ['bob@example.com', /^--admin bob@.*, this person is no admin\./],
    ['eve@example.com', /^--admin eve@.*, this person is deactivated\./],
  ];
  for (const [email, message] of refused)
    assert.throws(() => assertAdmins(backup, ['ada@example.com', email]), { name: 'Error', message });
});

test('of two backups to one file at a time one is made, and the other leaves it alone', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'keyward-backup-'));
  await using database = await cloneDatabase();
  const key = openAuditKey(parseConfig({ KEYWARD_DATA: folder.path }));
  const file = join(folder.path, 'kept', 'one.backup');
  const write = () => writeBackup(file, { address: database.address, key, onProgress: () => {} });
  const ends = await Promise.allSettled([write(), write()]);
  const refused = ends.find((end) => end.status === 'rejected');
  assert.match(String(refused?.reason), /one\.backup is there already\. Name a new file\./);
  const made = ends.find((end) => end.status === 'fulfilled');
  const { end } = await checkBackup(file, { key, onTrust: false });
  assert.equal(end.sha256, made?.value.sha256);
  assert.deepEqual(await readdir(join(folder.path, 'kept')), ['one.backup']);
});

test('nothing but what our own schema has is written, whatever a file that is taken on trust says', async () => {
  await using made = await makeBackup();
  const text = gunzipSync(await readFile(made.file)).toString();
  const firstTable = text.indexOf('["table"');
  const setting = '["table",{"name":"pg_db_role_setting","columns":["setdatabase","setrole","setconfig"]}]';
  const crafted: [string, RegExp][] = [
    [`${setting}\n`, /has a table that Keyward has not, .*: pg_db_role_setting\. Nothing was restored/],
    ['["table",{"name":"users","columns":["id","xmin"]}]\n', /not with these columns: users/],
    ['{"id":1}\n', /has a row before its first table/],
  ];
  const config = parseConfig({ KEYWARD_DATA: made.folder });
  const choices: RestoreChoices = { secrets: 'keep', people: 'keep', admins: [] };
  await using target = await createDatabase();
  const restore = async (content: string) => {
    await writeFile(made.file, gzipSync(content));
    const backup = await checkBackup(made.file, { key: undefined, onTrust: true });
    return restoreBackup(backup, { address: target.address, config, choices, onProgress: () => {} });
  };
  for (const [line, expected] of crafted)
    await assert.rejects(
      restore(resummed(text.slice(0, firstTable) + line + text.slice(firstTable))),
      expected,
    );
  const counted = text.replace(/"sequences":\[.*?\]/, '"sequences":[{"name":"pg_sequence","last":"1"}]');
  await assert.rejects(restore(resummed(counted)), /has a sequence that Keyward has not: pg_sequence/);
  await restore(text);
});

/** What somebody without the key can do: a checksum that fits. */
function resummed(text: string): string {
  const at = text.lastIndexOf('["end"');
  const sha256 = createHash('sha256').update(text.slice(0, at)).digest('hex');
  const rows = text.slice(0, at).match(/^\{/gm)?.length;
  return (
    text.slice(0, at) +
    text
      .slice(at)
      .replace(/"sha256":"[0-9a-f]+"/, `"sha256":"${sha256}"`)
      .replace(/"rows":\d+/, `"rows":${rows}`)
  );
}
