import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSigner } from '#server/signing/rotate-keys.ts';
import { openEmptyDesk } from '#server/testing/desk.ts';

test('the very first key signs at once, though time passes while it is made', async () => {
  await using desk = await openEmptyDesk();
  const { clock } = desk.runtime;
  const standing = clock.now;
  let passed = 0;
  clock.now = () => new Date(standing().getTime() + ++passed);
  assert.ok((await openSigner(desk.runtime)).kid);
});
