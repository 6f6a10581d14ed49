import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  closingOf,
  pausedReason,
  type HeldConnection,
  type StandingState,
} from '#server/credentials/presence/rules.ts';

const at = new Date('2026-11-22T12:00:00Z');
const held: HeldConnection = { id: 'c1', epoch: 2, ownerId: 'u1', ownerRole: 'member', hasSaidHello: true };
const good: StandingState = {
  revokedAt: null,
  enabled: true,
  pausedAt: null,
  pauseReason: null,
  tenantSuspended: false,
  ownerActive: true,
  ownerId: 'u1',
  ownerRole: 'member',
  hasSecret: true,
  enrolledEpoch: null,
  connectionId: 'c1',
  connectionEpoch: 2,
};

const cases: [what: string, change: Partial<StandingState>, why: string | undefined][] = [
  ['one that may stay', {}, undefined],
  ['one that is written down nowhere', { connectionId: null, connectionEpoch: null }, undefined],
  ['deleted', { revokedAt: at }, 'refused'],
  ['switched off', { enabled: false }, 'refused'],
  ['paused', { pausedAt: at }, 'refused'],
  ['of a tenant that is suspended', { tenantSuspended: true }, 'tenantSuspended'],
  [
    'of a tenant that is suspended, and switched off',
    { tenantSuspended: true, enabled: false },
    'tenantSuspended',
  ],
  ['of an owner who is deactivated', { ownerActive: false }, 'refused'],
  ['of an owner in another role', { ownerRole: 'viewer' }, 'goingAway'],
  ['of another owner', { ownerId: 'u2' }, 'goingAway'],
  ['without a secret that works', { hasSecret: false }, 'refused'],
  ['enrolled again since', { enrolledEpoch: 3 }, 'refused'],
  ['enrolled again before', { enrolledEpoch: 2 }, undefined],
  ['connected again by the same secret', { connectionId: 'c2' }, 'replaced'],
  ['connected again by a newer one', { connectionId: 'c2', connectionEpoch: 3 }, 'olderEpoch'],
];
for (const [what, change, why] of cases)
  test(`a connection is judged: ${what}`, () => {
    assert.equal(closingOf({ ...good, ...change }, held)?.why, why);
  });

test('an agent that is gone keeps no connection, and one that has not said hello is not replaced', () => {
  assert.equal(closingOf(undefined, held)?.why, 'refused');
  const silent = { ...held, hasSaidHello: false };
  assert.equal(closingOf({ ...good, connectionId: 'c2' }, silent), undefined);
});

test('the reason of a pause fits into a close frame, whatever it is written in', () => {
  assert.equal(pausedReason(null), 'paused');
  assert.equal(pausedReason('It floods the server'), 'paused: It floods the server');
  for (const letter of ['x', 'ü', '語', '😀']) {
    const reason = pausedReason(letter.repeat(200));
    assert.ok(Buffer.byteLength(reason) <= 123, letter);
    assert.ok(reason.isWellFormed() && reason.startsWith(`paused: ${letter}${letter}`));
  }
});
