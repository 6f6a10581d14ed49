import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertAllFound,
  changeOf,
  countsOf,
  impactOf,
  needsChange,
  windowEdge,
} from '#server/credentials/token-triage/rules.ts';
import { bulkActions, type BulkAction } from '#server/credentials/token-triage/schema.ts';

const at = new Date('2026-11-22T09:30:00Z');
const ago = (ms: number) => new Date(at.getTime() - ms).toISOString();
const minute = 60_000;
const day = 86_400_000;

const unused = {
  status: 'active' as const,
  lastUsedAt: null,
  lastUsedAgent: null,
  count: 0,
  refused: 0,
  addresses: 0,
};

const impacts: [Partial<Parameters<typeof impactOf>[0]>, string, string][] = [
  [{}, 'quiet', 'Never used: nothing will notice.'],
  [{ lastUsedAt: ago(97 * day) }, 'quiet', 'Not used for 97 days: nothing will notice.'],
  [
    { lastUsedAt: ago(4 * minute), lastUsedAgent: 'GitHub-Actions/2.1 (linux)', count: 412, addresses: 3 },
    'breaks',
    'Used 412 times from 3 addresses in the last 30 days, last 4 minutes ago by GitHub-Actions: revoking will break it.',
  ],
  [
    { lastUsedAt: ago(20_000), lastUsedAgent: null, count: 1, addresses: 1 },
    'breaks',
    'Used once from 1 address in the last 30 days, last less than a minute ago: revoking will break it.',
  ],
  [
    {
      lastUsedAt: ago(47 * 60 * minute),
      lastUsedAgent: 'curl',
      count: 12_345,
      addresses: 0,
      status: 'expiring',
    },
    'breaks',
    'Used 12,345 times in the last 30 days, last 47 hours ago by curl: revoking will break it.',
  ],
  [
    { lastUsedAt: ago(minute), count: 2, addresses: 0, lastUsedAgent: '(none)' },
    'breaks',
    'Used 2 times in the last 30 days, last 1 minute ago by a program without a name: revoking will break it.',
  ],
  [
    { lastUsedAt: ago(60 * minute), count: 2, addresses: 0, lastUsedAgent: 'x'.repeat(41) },
    'breaks',
    `Used 2 times in the last 30 days, last 1 hour ago by ${'x'.repeat(40)}: revoking will break it.`,
  ],
  [{ lastUsedAt: ago(2 * day) }, 'quiet', 'Not used for 2 days: nothing will notice.'],
  [{ status: 'revoked', count: 5 }, 'ended', 'Revoked already: nothing works with it.'],
  [
    { status: 'expired', refused: 9 },
    'ended',
    'Expired already, and still tried 9 times in the last 30 days: something has not noticed.',
  ],
  [
    { status: 'disabled', refused: 1 },
    'ended',
    'Switched off already, and still tried once in the last 30 days: something has not noticed.',
  ],
];

for (const [token, verdict, sentence] of impacts) {
  test(`what breaks: ${sentence}`, () => {
    assert.deepEqual(impactOf({ ...unused, ...token }, at), { verdict, sentence });
  });
}

const live = { id: 'x', enabled: true, held: false, expiresAt: null, revokedAt: null };
const states = {
  live,
  off: { ...live, enabled: false },
  held: { ...live, enabled: false, held: true },
  'to expire': { ...live, expiresAt: new Date(at.getTime() + 1) },
  expired: { ...live, expiresAt: at },
  revoked: { ...live, revokedAt: at },
};
const changes: Record<keyof typeof states, [revoke: boolean, disable: boolean, enable: boolean | 'ended']> = {
  live: [true, true, false],
  off: [true, true, true],
  held: [true, false, true],
  'to expire': [true, true, false],
  expired: [true, false, 'ended'],
  revoked: [false, false, 'ended'],
};

for (const [name, expected] of Object.entries(changes)) {
  test(`what changes a token that is ${name}`, () => {
    const state = states[name as keyof typeof states];
    for (const [index, action] of bulkActions.entries()) {
      if (expected[index] === 'ended')
        assert.throws(() => needsChange(state, action, at), {
          code: 'token_ended',
          errors: [{ path: 'ids', message: 'The token x has ended and cannot be switched on again.' }],
        });
      else assert.equal(needsChange(state, action, at), expected[index], action);
    }
  });
}

test('counts are those of this moment: what turned since the last sweep is counted as what it is by now', () => {
  const tallies = [
    { status: 'active', count: 100, due: 3, turned: 10, blocked: 9 },
    { status: 'expiring', count: 50, due: 20, turned: 20, blocked: 2 },
    { status: 'expired', count: 1_000, due: 0, turned: 0, blocked: 0 },
    { status: 'disabled', count: 40, due: 5, turned: 5, blocked: 0 },
    { status: 'revoked', count: 7, due: 0, turned: 0, blocked: 0 },
  ] as const;
  assert.deepEqual(countsOf(tallies), {
    total: 1_197,
    active: 81,
    expiring: 35,
    blocked: 11,
    expired: 1_028,
    disabled: 35,
    revoked: 7,
  });
  const none = { total: 0, active: 0, expiring: 0, blocked: 0, expired: 0, disabled: 0, revoked: 0 };
  assert.deepEqual(countsOf([]), none);
});

test('a window of last use begins so long ago as it says', () => {
  const lengths = { '24h': 1, '7d': 7, '30d': 30, '90d+': 90 } as const;
  for (const [window, days] of Object.entries(lengths))
    assert.equal(windowEdge(window as keyof typeof lengths, at).toISOString(), ago(days * day));
});

test('what an admin does is written into a token', () => {
  const by = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401';
  const change = (action: BulkAction, reason?: string) => changeOf(action, { at, by, reason });
  assert.deepEqual(change('revoke', 'lost'), { revokedAt: at, revokedBy: by, revokeReason: 'lost' });
  assert.deepEqual(change('revoke'), { revokedAt: at, revokedBy: by, revokeReason: null });
  assert.deepEqual(change('disable'), { enabled: false, held: true });
  assert.deepEqual(change('enable'), { enabled: true, held: false });
});

test('where one of many is not there, it is named, however it was written', () => {
  const [one, other] = ['019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401', '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a402'];
  assertAllFound([one.toUpperCase(), other], [{ id: other }, { id: one }]);
  const message = `There is no token with the id ${other}. Nothing was changed.`;
  assert.throws(() => assertAllFound([one, other], [{ id: one }]), {
    code: 'not_found',
    message,
    errors: [{ path: 'ids.1', message }],
  });
});
