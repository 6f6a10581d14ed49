import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError, parseConfig } from '#server/config.ts';
import {
  assertMasterKeyFile,
  createEncryptor,
  masterKeyOf,
  MissingMasterKeyError,
  WrongMasterKeyError,
} from '#server/core/crypto/encryption.ts';
import { Secret } from '#server/secret.ts';

const secret = Buffer.from('the private half');

test('what is sealed opens again, in its own row', () => {
  const encryptor = createEncryptor(randomBytes(32));
  const sealed = encryptor.encrypt(secret, 'keys/1');
  assert.ok(!sealed.includes(secret));
  assert.deepEqual(encryptor.decrypt(sealed, 'keys/1'), secret);
  assert.notDeepEqual(encryptor.encrypt(secret, 'keys/1'), sealed);
});

test('it opens in no other row, under no other key, and not when a bit of it was changed', () => {
  const encryptor = createEncryptor(randomBytes(32));
  const sealed = encryptor.encrypt(secret, 'keys/1');
  assert.throws(() => encryptor.decrypt(sealed, 'keys/2'));
  assert.throws(() => createEncryptor(randomBytes(32)).decrypt(sealed, 'keys/1'), WrongMasterKeyError);
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.throws(() => encryptor.decrypt(changed, 'keys/1'), `byte ${at}`);
  }
  const empty = encryptor.encrypt(Buffer.alloc(0), 'keys/1');
  for (let end = 0; end < empty.length; end++)
    assert.throws(
      () => encryptor.decrypt(empty.subarray(0, end), 'keys/1'),
      `a mark of which ${end} bytes are left`,
    );
});

test('what was sealed by an earlier version opens in every later one', () => {
  const sealed = 'Aa+z0gg8eU8oocUZkTJY53wR9gMLOzqmlAElKAg3y6U74vM2g1lTw51AbaMpp1Zbh8gh8tg=';
  const encryptor = createEncryptor(Buffer.alloc(32, 7));
  assert.deepEqual(encryptor.decrypt(Buffer.from(sealed, 'base64'), 'keys/1'), secret);
  assert.throws(() => createEncryptor(Buffer.alloc(32, 8)).decrypt(Buffer.from(sealed, 'base64'), 'keys/1'), {
    message: 'This was sealed under another KEYWARD_MASTER_KEY.',
  });
});

test('a key is made in the data folder once, for its owner only, and not where one is given', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keyward-key-'));
  const config = parseConfig({ KEYWARD_DATA: join(folder, 'new', 'data') });
  const key = masterKeyOf(config);
  assert.equal(key.length, 32);
  assert.deepEqual(masterKeyOf(config), key);
  assert.equal((await stat(join(folder, 'new', 'data', 'master.key'))).mode & 0o777, 0o600);
  const hex = '0f'.repeat(32);
  const given = parseConfig({ KEYWARD_DATA: join(folder, 'other'), KEYWARD_MASTER_KEY: hex });
  assert.equal(masterKeyOf(given).toString('hex'), hex);
  await assert.rejects(stat(join(folder, 'other')));
  await rm(folder, { recursive: true });
});

test('a key file that somebody wrote is read as it is, and refused where it holds no key', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keyward-key-'));
  const config = parseConfig({ KEYWARD_DATA: folder });
  await writeFile(join(folder, 'master.key'), `${'0f'.repeat(32)}\n`);
  assert.equal(masterKeyOf(config).toString('hex'), '0f'.repeat(32));
  await writeFile(join(folder, 'master.key'), 'c2hvcnQ=\n');
  assert.throws(() => masterKeyOf(config), /master\.key does not hold a key of 32 bytes in base64/);
  await rm(folder, { recursive: true });
});

test('a key file that holds no key is refused by name before a key is asked for, and a missing one is not made', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keyward-key-'));
  const file = join(folder, 'master.key');
  const config = parseConfig({ KEYWARD_DATA: folder });
  const refused = (says: RegExp) =>
    assert.throws(
      () => assertMasterKeyFile(config),
      (error) =>
        error instanceof ConfigError && error.message.startsWith(`${file} `) && says.test(error.message),
    );
  assertMasterKeyFile(config);
  assert.deepEqual(await readdir(folder), []);
  for (const text of ['junk', '', 'z'.repeat(64)]) {
    await writeFile(file, text);
    refused(/does not hold a key of 32 bytes in base64\. Put back the copy of it\. [^\n]+$/);
  }
  assertMasterKeyFile({ ...config, masterKey: new Secret('0f'.repeat(32)) });
  assert.throws(() => parseConfig({ KEYWARD_MASTER_KEY_FILE: file }), {
    message: /^KEYWARD_MASTER_KEY_FILE: .+ will not do\. Legal: 32 bytes/,
  });
  await rm(file);
  await mkdir(file);
  refused(/does not hold a key of 32 bytes/);
  await rm(file, { recursive: true });
  await symlink(join(folder, 'not-mounted'), file);
  refused(/leads nowhere/);
  await rm(file);
  await writeFile(file, `${randomBytes(32).toString('base64')}\n`);
  assertMasterKeyFile(config);
  await rm(folder, { recursive: true });
});

test('a key file that is there is never written over, not even a link that leads nowhere yet', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keyward-key-'));
  await mkdir(join(folder, 'data'));
  await symlink(join(folder, 'not-mounted'), join(folder, 'data', 'master.key'));
  const config = parseConfig({ KEYWARD_DATA: join(folder, 'data') });
  assert.throws(() => masterKeyOf(config), MissingMasterKeyError);
  assert.deepEqual(await readdir(join(folder, 'data')), ['master.key']);
  await rm(folder, { recursive: true });
});
