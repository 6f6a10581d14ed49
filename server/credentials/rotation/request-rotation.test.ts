import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greetAs } from '#server/testing/agent-client.ts';
import { enrollAgent } from '#server/testing/agents.ts';
import { openDesk } from '#server/testing/desk.ts';
import { expect } from '#server/testing/person.ts';
import { askToRotate, rotationsOf, takeSecret } from '#server/testing/rotations.ts';

test('an agent that is not connected is not rotated, unless that may wait until it is', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  const call = `POST /api/v1/agents/${agent.id}/rotate`;
  assert.equal((await desk.ada.send(call, { body: {} })).problem?.code, 'agent_offline');
  const queued = await askToRotate(desk, agent.id);
  assert.deepEqual([queued.state, queued.epoch, queued.requestedBy], ['queued', null, desk.ada.email]);
  assert.equal((await askToRotate(desk, agent.id)).id, queued.id);
  await using client = await greetAs(desk.origin, { token: agent.token });
  assert.equal((await takeSecret(desk, client)).epoch, 2);
  const [rotation] = await rotationsOf(desk, agent.id);
  assert.deepEqual([rotation?.id, rotation?.state], [queued.id, 'promoted']);
});

test('an agent of a server that was killed is not connected', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await using _ = await greetAs(desk.origin, { token: agent.token });
  const call = `POST /api/v1/agents/${agent.id}/rotate`;
  await desk.sql("update agent_servers set seen_at = seen_at - interval '1 hour'");
  assert.equal((await desk.ada.send(call, { body: {} })).problem?.code, 'agent_offline');
});

test('rotations are seen and begun by the owner and by those who may, and by no one else, alike for what exists and what does not', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const eve = await desk.join('Eve', 'member');
  const mia = await desk.join('Mia', 'manager');
  const agent = await enrollAgent(desk, 'his', bob.id);
  const { token: whole } = await bob.createToken({ name: 'whole' });
  const { token: narrow } = await bob.createToken({ name: 'narrow', permissions: ['profile:read'] });
  const reader = await desk.ada.createKey({ name: 'reader', permissions: ['agents:read'] });
  const rotator = await desk.ada.createKey({ name: 'rotator', permissions: ['agents:rotate'] });
  const unknown = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401';
  const who: [what: string, as: { cookie?: string; token?: string }, mayList: boolean, mayRotate: boolean][] =
    [
      ['the owner', { cookie: bob.cookie }, true, true],
      ['a token of the owner that may do all', { token: whole }, true, true],
      ['a token of the owner that may do little', { token: narrow }, false, false],
      ['another member', { cookie: eve.cookie }, false, false],
      ['a manager', { cookie: mia.cookie }, true, true],
      ['a key that may read', { token: reader.token }, true, false],
      ['a key that may rotate', { token: rotator.token }, false, true],
      ['the agent itself', { token: agent.token }, false, false],
    ];
  const listed = (as: object, id: string) => desk.send(`GET /api/v1/agents/${id}/rotations`, as);
  const rotated = (as: object, id: string) =>
    desk.send(`POST /api/v1/agents/${id}/rotate`, { ...as, body: { wait: 'reconnect' } });
  for (const [what, as, mayList, mayRotate] of who) {
    assert.equal((await listed(as, agent.id)).status, mayList ? 200 : 403, what);
    assert.equal((await rotated(as, agent.id)).status, mayRotate ? 202 : 403, what);
    const isOwner = what.includes('owner');
    assert.equal((await listed(as, unknown)).status, mayList && !isOwner ? 404 : 403, what);
    assert.equal((await rotated(as, unknown)).status, mayRotate && !isOwner ? 404 : 403, what);
  }
});

test('a list of rotations is read in pages, and shows until when what was replaced works', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(desk.origin, { token: agent.token });
  for (let each = 0; each < 3; each++) {
    await askToRotate(desk, agent.id);
    await takeSecret(desk, client);
  }
  const first = expect(200, await desk.ada.send(`GET /api/v1/agents/${agent.id}/rotations?limit=2`)).body;
  const next = first['nextCursor'] as unknown as string;
  const second = await desk.ada.send(`GET /api/v1/agents/${agent.id}/rotations?limit=2&cursor=${next}`);
  const epochs = [first, second.body].flatMap((page) =>
    (page['items'] as unknown as { epoch: number; graceEndsAt: string | null }[]).map((item) => [
      item.epoch,
      item.graceEndsAt !== null,
    ]),
  );
  assert.deepEqual(epochs, [
    [4, true],
    [3, false],
    [2, false],
  ]);
});

test('every step of a rotation is written down, by who did it', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(desk.origin, { token: agent.token });
  await askToRotate(desk, agent.id);
  const sent = await client.rotation();
  client.persisted(sent?.rotationId ?? '');
  while ((await rotationsOf(desk, agent.id))[0]?.state !== 'persisted');
  expect(200, await desk.send('GET /api/v1/me', { token: sent?.token ?? '' }));
  await desk.settle();
  const rows = await desk.sql<{ action: string; actor: string }>(
    "select action, actor_kind || ' ' || actor_label as actor from audit_events where resource_id = $1 order by sequence",
    [agent.id],
  );
  assert.deepEqual(
    rows.filter(({ action }) => action.startsWith('rotation.')).map(({ action, actor }) => [action, actor]),
    [
      ['rotation.request', `user ${desk.ada.email}`],
      ['rotation.stage', 'system rotation'],
      ['rotation.deliver', 'system rotation'],
      ['rotation.persist', 'agent runner'],
      ['rotation.promote', 'agent runner'],
    ],
  );
  assert.ok(rows.some(({ action }) => action === 'agent.connect'));
});
