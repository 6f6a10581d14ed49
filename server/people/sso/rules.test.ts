import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Identity } from '#server/people/sso/discover.ts';
import { assertAuthenticatedAnew, assertKnown, assertVerified, nameFor } from '#server/people/sso/rules.ts';

const ada: Identity = {
  issuer: 'https://issuer.example',
  subject: '1',
  email: 'ada@example.com',
  isVerified: true,
  name: 'Ada Lovelace',
  authenticatedAt: null,
};

test('an account is found by an address that the issuer has confirmed, and by no other', () => {
  assert.equal(assertVerified(ada, []), 'ada@example.com');
  const refused: [Partial<Identity>, string, RegExp][] = [
    [{ isVerified: false }, 'oidc_unverified', /Confirm it, then sign in again/],
    [{ isVerified: null }, 'oidc_unvouched', /Ask an admin/],
    [{ email: null }, 'oidc_no_email', /Ask an admin/],
  ];
  for (const [change, code, message] of refused)
    assert.throws(() => assertVerified({ ...ada, ...change }, ['example.org']), { code, message });
});

test('where the issuer does not say, addresses of trusted domains count as confirmed; what it denies never does', () => {
  const unsaid = { ...ada, email: 'ada@EXAMPLE.com', isVerified: null };
  assert.equal(assertVerified(unsaid, ['example.com']), 'ada@EXAMPLE.com');
  for (const email of ['ada@sub.example.com', 'ada@notexample.com', '"ada@example.com"@evil.example'])
    assert.throws(() => assertVerified({ ...unsaid, email }, ['example.com']), { code: 'oidc_unvouched' });
  assert.throws(() => assertVerified({ ...ada, isVerified: false }, ['example.com']), {
    code: 'oidc_unverified',
  });
});

test('a sign-in that was to be made anew is not an earlier one, as far as the issuer says', () => {
  const begun = new Date('2026-11-22T09:00:00Z');
  const at = (seconds: number) => ({ ...ada, authenticatedAt: new Date(begun.getTime() + seconds * 1_000) });
  for (const seconds of [5, 0, -60]) assertAuthenticatedAnew(at(seconds), begun);
  assertAuthenticatedAnew(ada, begun);
  for (const seconds of [-61, -86_400])
    assert.throws(() => assertAuthenticatedAnew(at(seconds), begun), { code: 'oidc_stale' });
});

test('of unknown people only those of an allowed domain are added', () => {
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
