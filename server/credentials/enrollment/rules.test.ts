import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setupStatus, type SetupState } from '#server/credentials/enrollment/rules.ts';

const now = new Date('2026-11-22T09:00:00Z');
const [before, after] = [new Date(now.getTime() - 1), new Date(now.getTime() + 1)];
const fresh: SetupState = { expiresAt: after, consumedAt: null, redeemedAt: null, healthy: null };

const cases: [what: string, state: Partial<SetupState>, status: string][] = [
  ['a new one waits', {}, 'waiting'],
  ['one whose time has come is expired', { expiresAt: now }, 'expired'],
  ['one that was cancelled is expired', { consumedAt: before }, 'expired'],
  ['one that a machine has swapped is redeemed', { consumedAt: before, redeemedAt: before }, 'redeemed'],
  [
    'and stays so when its time has come',
    { consumedAt: before, redeemedAt: before, expiresAt: before },
    'redeemed',
  ],
  [
    'as long as the machine says that something is wrong',
    { consumedAt: before, redeemedAt: before, healthy: false },
    'redeemed',
  ],
  ['until it says that all is well', { consumedAt: before, redeemedAt: before, healthy: true }, 'healthy'],
];
for (const [what, state, status] of cases) {
  test(`of setup codes: ${what}`, () => assert.equal(setupStatus({ ...fresh, ...state }, now), status));
}
