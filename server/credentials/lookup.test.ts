import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLookup, type FoundCredential } from '#server/credentials/lookup.ts';
import { Secret } from '#server/credentials/secret.ts';

const hashOf = (name: string) => new Secret(name).hash();
const found = (hash: Buffer, name: string) => ({ hash, name }) as FoundCredential;

/** A database that answers when it is told to. */
function slowDatabase() {
  const batches: {
    hashes: Buffer[];
    answer: (rows: FoundCredential[]) => void;
    fail: (error: Error) => void;
  }[] = [];
  const find = (hashes: Buffer[]) =>
    new Promise<FoundCredential[]>((answer, fail) => {
      batches.push({ hashes, answer, fail });
    });
  return { batches, lookup: createLookup(find) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a lone look-up is sent at once', async () => {
  const { batches, lookup } = slowDatabase();
  const looked = lookup(hashOf('a'));
  assert.equal(batches.length, 1);
  batches[0]?.answer([found(hashOf('a'), 'a')]);
  assert.equal((await looked)?.name, 'a');
});

test('look-ups that arrive while two batches are under way travel together in the next', async () => {
  const { batches, lookup } = slowDatabase();
  const looked = ['a', 'b', 'c', 'd', 'e'].map((name) => lookup(hashOf(name)));
  assert.deepEqual(
    batches.map((batch) => batch.hashes.length),
    [1, 1],
  );
  batches[0]?.answer([found(hashOf('a'), 'a')]);
  await settled();
  assert.deepEqual(
    batches.map((batch) => batch.hashes.length),
    [1, 1, 3],
  );
  batches[1]?.answer([]);
  batches[2]?.answer([found(hashOf('e'), 'e'), found(hashOf('c'), 'c')]);
  const names = (await Promise.all(looked)).map((credential) => credential?.name);
  assert.deepEqual(names, ['a', undefined, 'c', undefined, 'e']);
});

test('a hash asked for twice before it is sent is sent once', async () => {
  const { batches, lookup } = slowDatabase();
  void lookup(hashOf('a'));
  void lookup(hashOf('b'));
  const twice = [lookup(hashOf('c')), lookup(hashOf('c'))];
  batches[0]?.answer([]);
  await settled();
  assert.equal(batches[2]?.hashes.length, 1);
  batches[2]?.answer([found(hashOf('c'), 'c')]);
  assert.deepEqual(
    (await Promise.all(twice)).map((credential) => credential?.name),
    ['c', 'c'],
  );
});

test('whoever asks after a look-up was sent is never given its answer, which may be from before a revocation', async () => {
  const { batches, lookup } = slowDatabase();
  const before = lookup(hashOf('a'));
  const after = lookup(hashOf('a'));
  assert.equal(batches.length, 2);
  batches[0]?.answer([found(hashOf('a'), 'as it was')]);
  batches[1]?.answer([]);
  assert.equal((await before)?.name, 'as it was');
  assert.equal(await after, undefined);
});

test('a batch that fails fails its own look-ups and no others', async () => {
  const { batches, lookup } = slowDatabase();
  const failing = lookup(hashOf('a'));
  const other = lookup(hashOf('b'));
  const next = lookup(hashOf('c'));
  batches[0]?.fail(new Error('gone'));
  await assert.rejects(failing, /gone/);
  batches[1]?.answer([found(hashOf('b'), 'b')]);
  batches[2]?.answer([found(hashOf('c'), 'c')]);
  assert.equal((await other)?.name, 'b');
  assert.equal((await next)?.name, 'c');
});
