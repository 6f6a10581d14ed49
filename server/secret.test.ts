import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { format, inspect } from 'node:util';
import { sameHash, Secret } from '#server/secret.ts';

test('a secret prints as [secret] however it is printed', () => {
  const secret = new Secret('open sesame');
  const printed = [
    String(secret),
    JSON.stringify({ secret }),
    inspect({ secret }),
    format('%s %o', secret, secret),
  ];
  for (const text of printed) {
    assert.match(text, /\[secret\]/);
    assert.doesNotMatch(text, /sesame/);
  }
  assert.equal(secret.reveal(), 'open sesame');
});

test('a secret is stored as its SHA-256', () => {
  assert.deepEqual(new Secret('abc').hash(), createHash('sha256').update('abc').digest());
});

test('hashes are the same only when every byte is', () => {
  const hash = new Secret('abc').hash();
  assert.equal(sameHash(hash, Buffer.from(hash)), true);
  assert.equal(sameHash(hash, new Secret('abd').hash()), false);
  assert.equal(sameHash(hash, hash.subarray(1)), false);
});
