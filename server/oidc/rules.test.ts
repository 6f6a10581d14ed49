import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '#server/oidc/discover.ts';
import { assertKnown, assertVerified, nameFor } from '#server/oidc/rules.ts';

const ada: Identity = {
  issuer: 'https://issuer.example',
  subject: '1',
  email: 'ada@example.com',
  isVerified: true,
  name: 'Ada Lovelace',
};

test('an account is found by an address that the issuer has checked, and by no other', () => {
  assert.equal(assertVerified(ada), 'ada@example.com');
  for (const change of [{ isVerified: false }, { email: null }, { email: 'ada' }])
    assert.throws(() => assertVerified({ ...ada, ...change }), {
      code: 'oidc_unverified',
      message: /Confirm it, then sign in again/,
    });
});

test('of people nobody knows only those of a domain that is let in come in', () => {
  assertKnown('ada@example.com', ['example.org', 'example.com']);
  assertKnown('ada@EXAMPLE.com', ['example.com']);
  assertKnown('"a@b"@example.com', ['example.com']);
  for (const email of [
    'ada@evil-example.com',
    'ada@example.com.evil',
    'ada@sub.example.com',
    '"ada@example.com"@evil',
  ])
    assert.throws(
      () => assertKnown(email, ['example.com']),
      { code: 'oidc_unknown', message: /Ask an admin/ },
      email,
    );
  assert.throws(() => assertKnown('ada@example.com', []), { code: 'oidc_unknown' });
});

test('a newcomer is called as they are there, or by what stands before the @', () => {
  assert.equal(nameFor(ada, 'ada@example.com'), 'Ada Lovelace');
  for (const name of [null, '', ' ', 'a\u202Eb', 'x'.repeat(101)])
    assert.equal(nameFor({ ...ada, name }, 'countess@example.com'), 'countess');
  assert.equal(nameFor({ ...ada, name: null }, `${'a'.repeat(101)}@example.com`), 'a'.repeat(100));
});
