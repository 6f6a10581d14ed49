import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BrokenSealError } from '#server/core/crypto/encryption.ts';
import { assertKeysOpen, openSigner } from '#server/core/signing-keys/rotate-keys.ts';
import { openEmptyDesk } from '#server/testing/desk.ts';
import { dataFolder, ownDatabase, startServer } from '#server/testing/process.ts';

test('the very first key signs at once, though time passes while it is made', async () => {
  await using desk = await openEmptyDesk();
  const { clock } = desk.runtime;
  const standing = clock.now;
  let passed = 0;
  clock.now = () => new Date(standing().getTime() + ++passed);
  assert.ok((await openSigner(desk.runtime)).kid);
});

test('what is sealed is found out at the start where a bit of it was changed, or it is another row’s', async () => {
  await using desk = await openEmptyDesk();
  const { db, config, clock } = desk.runtime;
  const opens = () => assertKeysOpen(db, config, clock.now());
  await opens();
  await openSigner(desk.runtime);
  await opens();
  const flip = () =>
    desk.sql(
      'update signing_keys set sealed_private_key = set_byte(sealed_private_key, 40, get_byte(sealed_private_key, 40) # 1)',
    );
  await flip();
  await assert.rejects(opens(), BrokenSealError);
  await flip();
  await opens();
  await desk.sql('update signing_keys set id = gen_random_uuid()');
  await assert.rejects(opens(), BrokenSealError);
});

test('the key that JWTs are verified by is published from the first start', async () => {
  await using folder = await dataFolder();
  await using database = await ownDatabase();
  await using server = await startServer({ ...folder.settings, ...database.settings });
  const { body } = await server.send('GET /.well-known/jwks.json');
  assert.equal((body['keys'] as unknown as object[]).length, 1);
});
