import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rolePermissions } from '#server/core/access/permissions.ts';
import {
  assertChangeable,
  assertGrantable,
  assertRotatable,
  assertSwitchable,
  expiryOf,
  freeName,
  graceEnd,
  isInGrace,
  tokenStatus,
  usualDays,
} from '#server/credentials/tokens/rules.ts';
import { tokenLimits } from '#server/credentials/tokens/schema.ts';

const day = 86_400_000;
const now = new Date('2026-11-22T12:00:00Z');
const inMs = (ms: number) => new Date(now.getTime() + ms);
const fresh = { enabled: true, isBlocked: false, expiresAt: null, revokedAt: null };
const open = { maxTokenDays: null, allowEternalTokens: true };

const statuses: [string, Partial<Parameters<typeof tokenStatus>[0]>, string][] = [
  ['never expires', {}, 'active'],
  ['seven days and a moment left', { expiresAt: inMs(7 * day + 1) }, 'active'],
  ['seven days left', { expiresAt: inMs(7 * day) }, 'expiring'],
  ['a moment left', { expiresAt: inMs(1) }, 'expiring'],
  ['none left', { expiresAt: now }, 'expired'],
  ['switched off', { enabled: false }, 'disabled'],
  ['switched off and nearly over', { enabled: false, expiresAt: inMs(1) }, 'disabled'],
  ['an owner who is deactivated', { isBlocked: true }, 'blocked'],
  ['an owner who is deactivated and a moment left', { isBlocked: true, expiresAt: inMs(1) }, 'blocked'],
  ['an owner who is deactivated, switched off', { isBlocked: true, enabled: false }, 'disabled'],
  ['an owner who is deactivated, over', { isBlocked: true, expiresAt: now }, 'expired'],
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
  const tooLong = {
    code: 'validation_failed',
    message: 'expiresInDays: Here a token may live for 30 days at most.',
  };
  assert.throws(() => expiryOf(31, policy, now), tooLong);
  assert.throws(() => expiryOf(null, { ...policy, allowEternalTokens: true }, now), tooLong);
  for (const maxTokenDays of [30, null])
    assert.throws(() => expiryOf(null, { ...policy, maxTokenDays }, now), {
      code: 'validation_failed',
      message: 'expiresInDays: Here every token has to expire.',
    });
});

test('nobody grants what their role does not hold', () => {
  assertGrantable(rolePermissions.member, ['tokens:read', 'mcp:call']);
  assertGrantable(rolePermissions.viewer, ['*']);
  assert.throws(() => assertGrantable(rolePermissions.member, ['users:write']), {
    code: 'validation_failed',
    message: 'permissions: Your role does not have users:write.',
  });
});

const graces: [what: string, change: object, inGrace: boolean][] = [
  ['never rotated', { graceEndsAt: null }, false],
  ['a moment left', {}, true],
  ['none left', { graceEndsAt: now }, false],
  ['switched off meanwhile', { enabled: false }, true],
  ['nearly over itself', { expiresAt: inMs(1) }, true],
  ['over', { expiresAt: now }, false],
  ['revoked', { revokedAt: now }, false],
];
for (const [what, change, inGrace] of graces) {
  test(`the secret that was replaced ${inGrace ? 'still works' : 'works no more'}: ${what}`, () =>
    assert.equal(isInGrace({ ...fresh, graceEndsAt: inMs(1), ...change }, now), inGrace));
}

test('a grace ends when it should, and never after the token', () => {
  assert.deepEqual(graceEnd(fresh, 60, now), inMs(60_000));
  assert.deepEqual(graceEnd({ ...fresh, expiresAt: inMs(60_001) }, 60, now), inMs(60_000));
  assert.deepEqual(graceEnd({ ...fresh, expiresAt: inMs(59_999) }, 60, now), inMs(59_999));
});

test('where nobody said how long, a token lives as long as usual, or as its tenant lets it', () => {
  const usual = tokenLimits.defaultDays;
  const days = [null, usual - 1, usual, usual + 1].map((maxTokenDays) =>
    usualDays({ ...open, maxTokenDays }),
  );
  assert.deepEqual(days, [usual, usual - 1, usual, usual]);
});

test('a name that is taken gets a number, and stays as short as it has to be', () => {
  const long = 'x'.repeat(tokenLimits.nameLength);
  const short = (by: number) => long.slice(0, -by);
  assert.equal(freeName('ci', new Set(['CI'])), 'ci');
  assert.equal(freeName('ci', new Set(['ci'])), 'ci (2)');
  assert.equal(freeName('ci', new Set(['ci', 'ci (2)', 'ci (3)'])), 'ci (4)');
  assert.equal(freeName(long, new Set([long])), `${short(4)} (2)`);
});

const ended = [
  { ...fresh, expiresAt: now },
  { ...fresh, revokedAt: now },
];
for (const token of ended) {
  const status = tokenStatus(token, now);
  test(`a token that is ${status} is changed and rotated no more`, () => {
    const message = `This token is ${status} and cannot be changed. Make a new one.`;
    for (const check of [assertChangeable, assertRotatable])
      assert.throws(() => check(token, now), { code: 'token_ended', message });
  });
}

test('a token that is switched off can be changed, and is not rotated', () => {
  assertRotatable(fresh, now);
  assertChangeable({ ...fresh, enabled: false }, now);
  assert.throws(() => assertRotatable({ ...fresh, enabled: false }, now), {
    code: 'token_disabled',
    message: /Switch it on again before you rotate it/,
  });
});

test('what an admin switched off its owner does not switch on', () => {
  for (const enabled of [true, false, undefined]) assertSwitchable({ held: false }, enabled);
  for (const enabled of [false, undefined]) assertSwitchable({ held: true }, enabled);
  assert.throws(() => assertSwitchable({ held: true }, true), {
    code: 'token_disabled',
    message: /An admin has to switch this token on again/,
  });
});
