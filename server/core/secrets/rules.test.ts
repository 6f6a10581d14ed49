import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  duringRecovery,
  endOfShown,
  isReuse,
  isWorking,
  refusalOf,
  type CredentialState,
} from '#server/core/secrets/rules.ts';

const now = new Date('2026-11-22T12:00:00Z');
const earlier = new Date('2026-11-22T11:59:59.999Z');
const later = new Date('2026-11-22T12:00:00.001Z');
const good: CredentialState = {
  revokedAt: null,
  expiresAt: later,
  secretEndsAt: null,
  secretExpiresAt: null,
  enabled: true,
  ownerActive: true,
  tenantSuspended: false,
  paused: false,
  ipAllowlist: [],
};
const elsewhere = ['198.51.100.0/24'];

const cases: [what: string, change: Partial<CredentialState>, refusal: string | undefined][] = [
  ['a good one is let in', {}, undefined],
  ['one that never expires is let in', { expiresAt: null }, undefined],
  ['from an allowed address', { ipAllowlist: ['203.0.113.7'] }, undefined],
  ['from an allowed range', { ipAllowlist: ['198.51.100.1', '203.0.113.0/24'] }, undefined],
  ['revoked', { revokedAt: earlier }, 'token_revoked'],
  ['expired', { expiresAt: earlier }, 'token_expired'],
  ['expired to the millisecond', { expiresAt: now }, 'token_expired'],
  ['by a secret that has expired', { secretExpiresAt: now }, 'token_expired'],
  ['by a secret that expires later', { secretExpiresAt: later }, undefined],
  ['paused', { paused: true }, 'paused'],
  ['by a secret in grace', { secretEndsAt: later }, undefined],
  ['by a secret whose grace is over', { secretEndsAt: earlier }, 'secret_retired'],
  ['by a secret whose grace ends this millisecond', { secretEndsAt: now }, 'secret_retired'],
  ['a retired secret of a revoked one', { revokedAt: earlier, secretEndsAt: earlier }, 'token_revoked'],
  ['a retired secret of an expired one', { expiresAt: earlier, secretEndsAt: earlier }, 'token_expired'],
  ['a retired secret outweighs the rest', { secretEndsAt: earlier, enabled: false }, 'secret_retired'],
  ['switched off', { enabled: false }, 'token_disabled'],
  ['of a deactivated owner', { ownerActive: false }, 'account_deactivated'],
  ['of a suspended tenant', { tenantSuspended: true }, 'tenant_suspended'],
  [
    'of a deactivated owner in a suspended tenant',
    { ownerActive: false, tenantSuspended: true },
    'account_deactivated',
  ],
  [
    'from another address in a suspended tenant',
    { tenantSuspended: true, ipAllowlist: elsewhere },
    'tenant_suspended',
  ],
  ['from another address', { ipAllowlist: elsewhere }, 'ip_not_allowed'],
  [
    'revoked outweighs all',
    { revokedAt: earlier, expiresAt: earlier, enabled: false, ownerActive: false, ipAllowlist: elsewhere },
    'token_revoked',
  ],
  [
    'expired outweighs the rest',
    { expiresAt: earlier, enabled: false, ownerActive: false, ipAllowlist: elsewhere },
    'token_expired',
  ],
  [
    'switched off outweighs the owner',
    { enabled: false, ownerActive: false, ipAllowlist: elsewhere },
    'token_disabled',
  ],
  ['the owner outweighs the address', { ownerActive: false, ipAllowlist: elsewhere }, 'account_deactivated'],
];

for (const [what, change, refusal] of cases) {
  test(`a credential is judged: ${what}`, () => {
    assert.equal(refusalOf({ ...good, ...change }, now, '203.0.113.7'), refusal);
  });
}

test('a retired secret is straggling for 30 seconds, and reuse from then on', () => {
  const ago = (ms: number) => ({ secretEndsAt: new Date(now.getTime() - ms) });
  assert.equal(isReuse(ago(0), now), false);
  assert.equal(isReuse(ago(30_000), now), false);
  assert.equal(isReuse(ago(30_001), now), true);
  assert.equal(isReuse({ secretEndsAt: null }, now), false);
});

test('from an address that nobody knows, a credential that has a list of addresses opens nothing', () => {
  assert.equal(refusalOf(good, now, null), undefined);
  assert.equal(refusalOf({ ...good, ipAllowlist: ['0.0.0.0/0', '::/0'] }, now, null), 'ip_not_allowed');
});

const works: [what: string, change: Partial<CredentialState>, working: boolean][] = [
  ['a good one', {}, true],
  ['one without an end', { expiresAt: null }, true],
  ['one that is switched off: it can be switched on again', { enabled: false }, true],
  ['by a secret in grace', { secretEndsAt: later }, true],
  ['revoked', { revokedAt: earlier }, false],
  ['at its end', { expiresAt: now }, false],
  ['by a secret whose grace is over', { secretEndsAt: now }, false],
  ['over, though its secret is not', { expiresAt: earlier, secretEndsAt: later }, false],
];
test('what was shown ends with the first of its ends, or never', () => {
  assert.deepEqual(endOfShown({ ...good, expiresAt: later, secretEndsAt: now }), now);
  assert.deepEqual(endOfShown({ ...good, expiresAt: now, secretEndsAt: later }), now);
  assert.deepEqual(endOfShown({ ...good, expiresAt: null, secretExpiresAt: later }), later);
  assert.equal(endOfShown({ ...good, expiresAt: null }), null);
});

for (const [what, change, working] of works) {
  test(`whether a credential would open anything: ${what}`, () => {
    assert.equal(isWorking({ ...good, ...change }, now), working);
  });
}

test('a secret that has expired is as good as before for the days in which it may be replaced, and no other end is put off', () => {
  const ago = (days: number) => new Date(now.getTime() - days * 86_400_000);
  const judge = (change: Partial<CredentialState>) =>
    refusalOf(duringRecovery({ ...good, ...change }, 30), now, null);
  assert.equal(judge({ secretExpiresAt: ago(29.9) }), undefined);
  assert.equal(judge({ secretExpiresAt: ago(30) }), 'token_expired');
  assert.equal(judge({ secretExpiresAt: ago(1), secretEndsAt: ago(1) }), 'secret_retired');
  assert.equal(judge({ secretExpiresAt: ago(1), enabled: false }), 'token_disabled');
  assert.equal(judge({ expiresAt: ago(1) }), 'token_expired');
});
