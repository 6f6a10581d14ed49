import assert from 'node:assert/strict';
import { test } from 'node:test';
import { impactOf, needsChange, parseCursor, toCursor } from '#server/admin-tokens/rules.ts';
import { adminTokenSorts, bulkActions } from '#server/admin-tokens/schema.ts';

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
  expired: { ...live, expiresAt: at },
  revoked: { ...live, revokedAt: at },
};
const changes: Record<keyof typeof states, [revoke: boolean, disable: boolean, enable: boolean | 'ended']> = {
  live: [true, true, false],
  off: [true, true, true],
  held: [true, false, true],
  expired: [true, false, 'ended'],
  revoked: [false, false, 'ended'],
};

for (const [name, expected] of Object.entries(changes)) {
  test(`what changes a token that is ${name}`, () => {
    const state = states[name as keyof typeof states];
    for (const [index, action] of bulkActions.entries()) {
      if (expected[index] === 'ended')
        assert.throws(() => needsChange(state, action, at), { code: 'token_ended' });
      else assert.equal(needsChange(state, action, at), expected[index], action);
    }
  });
}

test('a cursor is read back as it was written, for the order it was written for, and nothing else is one', () => {
  const id = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401';
  for (const sort of adminTokenSorts) {
    const key = sort === 'owner' || sort === 'name' ? 'ärger\n%_' : '1763803800000000';
    assert.deepEqual(parseCursor(sort, toCursor(sort, { key, id })), { key, id });
    for (const other of adminTokenSorts) {
      if (other !== sort)
        assert.throws(() => parseCursor(other, toCursor(sort, { key, id })), { code: 'validation_failed' });
    }
  }
  const written = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  for (const bad of [
    '',
    'x',
    written(null),
    written(['name', 'a']),
    written(['name', 'a', 'b']),
    written(['name', 'a\0b', id]),
    written(['name', 7, id]),
  ])
    assert.throws(() => parseCursor('name', bad), { code: 'validation_failed' }, bad);
  for (const key of ['now', '1e9', 'NaN', 'Infinity', '-Infinity', '99999999999999999999'])
    assert.throws(
      () => parseCursor('createdAt', written(['createdAt', key, id])),
      { code: 'validation_failed' },
      key,
    );
});
