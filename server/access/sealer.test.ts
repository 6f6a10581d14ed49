import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSealer, masterKeyOf, WrongMasterKeyError } from '#server/access/sealer.ts';
import { parseConfig } from '#server/config.ts';

const secret = Buffer.from('the private half');

test('what is sealed opens again, in its own row', () => {
  const sealer = createSealer(randomBytes(32));
  const sealed = sealer.seal(secret, 'keys/1');
  assert.ok(!sealed.includes(secret));
  assert.deepEqual(sealer.open(sealed, 'keys/1'), secret);
  assert.notDeepEqual(sealer.seal(secret, 'keys/1'), sealed);
});

test('it opens in no other row, under no other key, and not when a bit of it was changed', () => {
  const sealer = createSealer(randomBytes(32));
  const sealed = sealer.seal(secret, 'keys/1');
  assert.throws(() => sealer.open(sealed, 'keys/2'));
  assert.throws(() => createSealer(randomBytes(32)).open(sealed, 'keys/1'), WrongMasterKeyError);
  for (let at = 0; at < sealed.length; at++) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.throws(() => sealer.open(changed, 'keys/1'), `byte ${at}`);
  }
});

test('a key is made in the data folder once, for its owner only, and not where one is given', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keyward-key-'));
  const config = parseConfig({ KEYWARD_DATA: join(folder, 'data') });
  const key = masterKeyOf(config);
  assert.equal(key.length, 32);
  assert.deepEqual(masterKeyOf(config), key);
  assert.equal((await stat(join(folder, 'data', 'master.key'))).mode & 0o777, 0o600);
  const hex = '0f'.repeat(32);
  const given = parseConfig({ KEYWARD_DATA: join(folder, 'other'), KEYWARD_MASTER_KEY: hex });
  assert.equal(masterKeyOf(given).toString('hex'), hex);
  await assert.rejects(stat(join(folder, 'other')));
  await rm(folder, { recursive: true });
});
