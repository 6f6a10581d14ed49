import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, type Finding } from '#server/credentials/alerts/rules.ts';

const at = new Date('2026-11-22T09:30:00Z');
const token = {
  status: 'active' as const,
  createdAt: '2026-01-01T00:00:00.000Z',
  lastUsedAt: null,
  owner: { email: 'bob@example.com' },
};
const finding: Finding = { reason: 'knocking', at: null, count: 1, address: null };

const cases: [Partial<Finding>, Partial<Parameters<typeof judge>[1]>, string, string][] = [
  [
    { count: 12, address: '192.0.2.7' },
    { status: 'expired' },
    'Expired, and still tried 12 times in the last 7 days, last from 192.0.2.7.',
    'revoke',
  ],
  [{ count: 1 }, { status: 'revoked' }, 'Revoked, and still tried once in the last 7 days.', 'look'],
  [
    { count: 1_234 },
    { status: 'disabled' },
    'Disabled, and still tried 1,234 times in the last 7 days.',
    'revoke',
  ],
  // Switched on again since.
  [{ count: 2 }, {}, 'Refused, and still tried 2 times in the last 7 days.', 'revoke'],
  [{ reason: 'owner_gone' }, {}, 'bob@example.com is deactivated, and this token was not revoked.', 'revoke'],
  [{ reason: 'new_address', address: '2001:db8::1' }, {}, 'Used from a new address: 2001:db8::1.', 'look'],
  [{ reason: 'new_address' }, {}, 'Used from a new address.', 'look'],
  [
    { reason: 'eternal_unused' },
    {},
    'Never expires, and never used in the 325 days since it was made.',
    'revoke',
  ],
  [
    { reason: 'eternal_unused' },
    { lastUsedAt: '2026-08-17T09:30:00.000Z' },
    'Never expires, and not used for 97 days.',
    'revoke',
  ],
];
for (const [found, of, evidence, action] of cases) {
  test(`attention: ${evidence}`, () => {
    assert.deepEqual(judge({ ...finding, ...found }, { ...token, ...of }, at), { evidence, action });
  });
}
