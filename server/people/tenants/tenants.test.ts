import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDesk } from '#server/testing/desk.ts';

test('an admin decides on tokens, and what is decided is held to and audited', async () => {
  await using desk = await openDesk();
  const before = await desk.ada.send('GET /api/v1/settings');
  assert.deepEqual(before.body, { maxTokenDays: null, allowEternalTokens: true, disableOnReuse: false });
  const body = { maxTokenDays: 30, allowEternalTokens: false };
  const changed = await desk.ada.send('PATCH /api/v1/settings', { body });
  assert.deepEqual(changed.body, { ...body, disableOnReuse: false });
  await desk.ada.send('PATCH /api/v1/settings', { body });
  const make = (expiresInDays: number | null) =>
    desk.ada.send('POST /api/v1/tokens', { body: { name: 'x', expiresInDays } });
  assert.equal((await make(31)).status, 422);
  assert.equal((await make(null)).status, 422);
  assert.equal((await make(30)).status, 201);
  const rows = await desk.sql<{ detail: object }>(
    "select detail from audit_events where action = 'settings.update'",
  );
  const changes = {
    maxTokenDays: { from: null, to: 30 },
    allowEternalTokens: { from: true, to: false },
  };
  assert.deepEqual(
    rows.map((row) => row.detail),
    [{ changes }],
  );
});

test('a life of no days, of eleven years or of half a day is no limit, and an unknown field no setting', async () => {
  await using desk = await openDesk();
  for (const body of [{ maxTokenDays: 0 }, { maxTokenDays: 3_651 }, { maxTokenDays: 0.5 }, { name: 'x' }])
    assert.equal((await desk.ada.send('PATCH /api/v1/settings', { body })).status, 422);
  const bob = await desk.join('Bob', 'manager');
  assert.equal((await bob.send('GET /api/v1/settings')).status, 403);
});
