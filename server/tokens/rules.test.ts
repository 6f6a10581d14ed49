import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertGrantable, expiryOf, tokenStatus } from '#server/tokens/rules.ts';

const day = 86_400_000;
const now = new Date('2026-11-22T12:00:00Z');
const inMs = (ms: number) => new Date(now.getTime() + ms);
const fresh = { enabled: true, expiresAt: null, revokedAt: null };
const open = { maxTokenDays: null, allowEternalTokens: true };

const statuses: [string, Partial<Parameters<typeof tokenStatus>[0]>, string][] = [
  ['never expires', {}, 'active'],
  ['seven days and a moment left', { expiresAt: inMs(7 * day + 1) }, 'active'],
  ['seven days left', { expiresAt: inMs(7 * day) }, 'expiring'],
  ['a moment left', { expiresAt: inMs(1) }, 'expiring'],
  ['none left', { expiresAt: now }, 'expired'],
  ['switched off', { enabled: false }, 'disabled'],
  ['switched off and nearly over', { enabled: false, expiresAt: inMs(1) }, 'disabled'],
  ['switched off and over', { enabled: false, expiresAt: now }, 'expired'],
  ['revoked and over', { revokedAt: now, expiresAt: now, enabled: false }, 'revoked'],
];
for (const [what, change, status] of statuses) {
  test(`a token with ${what} is ${status}`, () =>
    assert.equal(tokenStatus({ ...fresh, ...change }, now), status));
}

test('a token lives for the days it was given, or for ever', () => {
  assert.deepEqual(expiryOf(90, open, now), inMs(90 * day));
  assert.equal(expiryOf(null, open, now), null);
});

test('a tenant’s policy bounds the life of a token', () => {
  const policy = { maxTokenDays: 30, allowEternalTokens: false };
  assert.deepEqual(expiryOf(30, policy, now), inMs(30 * day));
  assert.throws(() => expiryOf(31, policy, now), { code: 'validation_failed' });
  assert.throws(() => expiryOf(null, policy, now), { code: 'validation_failed' });
  assert.throws(() => expiryOf(null, { maxTokenDays: 30, allowEternalTokens: true }, now), {
    code: 'validation_failed',
  });
});

test('nobody grants what their role does not hold', () => {
  assertGrantable('member', ['tokens:read', 'mcp:call']);
  assertGrantable('viewer', ['*']);
  assert.throws(() => assertGrantable('member', ['users:write']), { code: 'validation_failed' });
});
