import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOf } from '#server/testing/caller.ts';
import { openDesk } from '#server/testing/desk.ts';
import { createAgent, enrollByCode } from '#server/testing/enrollment.ts';

test('an admin decides on tokens, and what is decided is held to and audited', async () => {
  await using desk = await openDesk();
  const before = await desk.ada.send('GET /api/v1/settings');
  assert.deepEqual(before.body, {
    maxTokenDays: null,
    allowEternalTokens: true,
    disableOnReuse: false,
    rateLimit: null,
    agentRotationDays: 7,
    agentOverdueDays: 7,
    agentGraceMinutes: 5,
    agentRotationTimeoutSeconds: 30,
    agentRotationCheckMinutes: 60,
    agentRecoveryDays: 30,
    agentCloneAction: 'warn',
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

test('what is decided on agents keeps to its ranges, and the next enrollment to it', async () => {
  await using desk = await openDesk();
  const ranges = {
    agentRotationDays: [1, 365],
    agentOverdueDays: [0, 90],
    agentGraceMinutes: [1, 60],
    agentRotationTimeoutSeconds: [5, 300],
    agentRotationCheckMinutes: [1, 1_440],
    agentRecoveryDays: [0, 365],
  } as const;
  const save = (body: object) => desk.ada.send('PATCH /api/v1/settings', { body });
  for (const [name, [least, most]] of Object.entries(ranges)) {
    for (const wrong of [least - 1, most + 1, 1.5, null]) {
      const refused = await save({ [name]: wrong });
      assert.deepEqual([refused.status, refused.problem?.errors?.[0]?.path], [422, name], `${wrong}`);
    }
    for (const good of [least, most]) assert.equal((await save({ [name]: good })).body[name], good);
  }
  assert.equal((await save({ agentCloneAction: 'delete' })).status, 422);
  assert.equal((await save({ agentCloneAction: 'pause' })).body['agentCloneAction'], 'pause');
  await save({ agentRotationDays: 2, agentOverdueDays: 3 });
  const { agent, code } = await createAgent(desk.ada, { name: 'runner' });
  await enrollByCode(desk, code);
  const { body } = await desk.ada.send(`GET /api/v1/agents/${agent.id}`);
  const days = (name: string) => (Date.parse(textOf(body[name])) - desk.clock.now().getTime()) / 86_400_000;
  assert.deepEqual([days('rotateAfter'), days('expiresAt')], [2, 5]);
});

test('secrets of agents never end at the moment at which they are due', async () => {
  await using desk = await openDesk();
  const pathOf = async (body: object) =>
    (await desk.ada.send('PATCH /api/v1/settings', { body })).problem?.errors?.[0]?.path;
  assert.equal(await pathOf({ agentRotationDays: 1, agentOverdueDays: 0 }), 'agentOverdueDays');
  assert.equal(await pathOf({ agentRotationDays: 2, agentOverdueDays: 0 }), undefined);
  assert.equal(await pathOf({ agentRotationDays: 1 }), 'agentOverdueDays');
  assert.equal(await pathOf({ agentOverdueDays: 1 }), undefined);
  const { agent } = await createAgent(desk.ada, { name: 'runner', rotationDays: 1 });
  assert.equal(await pathOf({ agentOverdueDays: 0 }), 'agentOverdueDays');
  await desk.ada.send(`DELETE /api/v1/agents/${agent.id}`);
  assert.equal(await pathOf({ agentOverdueDays: 0 }), undefined);
});
