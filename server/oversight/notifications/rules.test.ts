import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMoot, withoutOvertaken, type NoticeState } from '#server/oversight/notifications/rules.ts';

const now = new Date('2026-11-22T12:00:00Z');
const before = new Date('2026-11-22T11:00:00Z');
const after = new Date('2026-11-23T12:00:00Z');
const open: NoticeState = {
  kind: 'expires_7',
  createdAt: before,
  dismissedAt: null,
  enabled: true,
  expiresAt: after,
  revokedAt: null,
  secretSince: new Date('2026-01-01T00:00:00Z'),
};

const cases: [what: string, change: Partial<NoticeState>, moot: boolean][] = [
  ['an expiry that is to come', {}, false],
  ['dismissed', { dismissedAt: before }, true],
  ['an expiry of a revoked token', { revokedAt: before }, true],
  ['an expiry that has come', { expiresAt: now }, true],
  ['an expiry of a token that never expires any more', { expiresAt: null }, true],
  ['an expiry of a token that is off', { enabled: false }, true],
  ['an expiry of a token that was rotated: it ends all the same', { secretSince: now }, false],
  ['refused since it expired', { kind: 'expired_in_use', expiresAt: before }, false],
  ['refused since it expired, revoked', { kind: 'expired_in_use', revokedAt: before }, true],
  ['a reuse', { kind: 'reuse' }, false],
  ['a reuse that switched it off', { kind: 'reuse', enabled: false }, false],
  ['a reuse by the secret that came with the last rotation', { kind: 'reuse', secretSince: before }, false],
  ['a reuse, rotated since', { kind: 'reuse', secretSince: now }, true],
  ['seen in an address', { kind: 'exposed' }, false],
  ['seen in an address, rotated since', { kind: 'exposed', secretSince: now }, true],
  ['seen in an address, revoked', { kind: 'exposed', revokedAt: before }, true],
  ['revoked by its finder', { kind: 'revoked_by_holder', revokedAt: before }, false],
  ['revoked as its setup code was used twice', { kind: 'setup_reused', revokedAt: before }, false],
  ['a code that enrolled it used twice', { kind: 'agent_code_reused', expiresAt: null }, false],
  ['a code used twice, enrolled since', { kind: 'agent_code_reused', secretSince: now }, true],
  ['a stuck agent', { kind: 'agent_stuck', expiresAt: null }, false],
  ['a stuck agent, rotated since', { kind: 'agent_stuck', secretSince: now }, true],
  ['an unknown secret', { kind: 'agent_lost', expiresAt: null, enabled: false }, false],
  ['an unknown secret, enrolled since', { kind: 'agent_lost', secretSince: now }, true],
  ['a copy, rotated since', { kind: 'agent_cloned', expiresAt: null, secretSince: now }, false],
  ['a copy of an agent that is deleted', { kind: 'agent_cloned', revokedAt: before }, true],
];

for (const [what, change, moot] of cases) {
  test(`a notice is ${moot ? 'moot' : 'open'}: ${what}`, () => {
    assert.equal(isMoot({ ...open, ...change }, now), moot);
  });
}

test('of a token’s expiry notices only the latest is shown, other kinds stand beside it', () => {
  const notices = [
    { kind: 'expires_1', credentialId: 'a' },
    { kind: 'reuse', credentialId: 'a' },
    { kind: 'expires_7', credentialId: 'b' },
    { kind: 'expires_7', credentialId: 'a' },
    { kind: 'expires_14', credentialId: 'a' },
  ] as const;
  assert.deepEqual(withoutOvertaken([...notices]), notices.slice(0, 3));
});
