import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDesk } from '#server/testing/desk.ts';

test('an admin decides on tokens, and what is decided is held to and audited', async () => {
  await using desk = await openDesk();
  const before = await desk.ada.send('GET /api/v1/settings');
  assert.deepEqual(before.body, {
    maxTokenDays: null,
    allowEternalTokens: true,
    disableOnReuse: false,
    rateLimit: null,
    installation: { rateLimit: desk.runtime.config.rateLimits.token, auditRetentionDays: null },
  });
  const body = { maxTokenDays: 30, allowEternalTokens: false };
  const changed = await desk.ada.send('PATCH /api/v1/settings', { body });
  assert.deepEqual(changed.body, { ...before.body, ...body });
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

test('a tenant’s own rate limit is held to from the next request, and taken back', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'laptop' });
  const limitOf = async () =>
    (await desk.send('GET /api/v1/me', { token })).headers.get('ratelimit-policy') ?? '';
  const usual = await limitOf();
  const rateLimit = { perSecond: 3, atOnce: 7 };
  const changed = await desk.ada.send('PATCH /api/v1/settings', { body: { rateLimit } });
  assert.deepEqual(changed.body['rateLimit'], rateLimit);
  assert.match(await limitOf(), /q=7/);
  const restored = await desk.ada.send('PATCH /api/v1/settings', { body: { rateLimit: null } });
  assert.equal(restored.body['rateLimit'], null);
  assert.equal(await limitOf(), usual);
  for (const wrong of [{ perSecond: 8, atOnce: 7 }, { perSecond: 0, atOnce: 7 }, { perSecond: 1 }]) {
    const refused = await desk.ada.send('PATCH /api/v1/settings', { body: { rateLimit: wrong } });
    assert.equal(refused.status, 422, JSON.stringify(wrong));
  }
});

test('a life of no days, of eleven years or of half a day is no limit, and an unknown field no setting', async () => {
  await using desk = await openDesk();
  for (const body of [{ maxTokenDays: 0 }, { maxTokenDays: 3_651 }, { maxTokenDays: 0.5 }, { name: 'x' }])
    assert.equal((await desk.ada.send('PATCH /api/v1/settings', { body })).status, 422);
  const bob = await desk.join('Bob', 'manager');
  assert.equal((await bob.send('GET /api/v1/settings')).status, 403);
});
