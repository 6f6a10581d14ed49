import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import type { Answer } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { createAgent, enrollByCode } from '#server/testing/enrollment.ts';
import { expect } from '#server/testing/person.ts';

const none = { agent: [], flow: [], mcp_tool: [], vector_store: [], llm_model: [] };
const shown = (answer: Answer) => expect(200, answer).body as unknown as AgentView;

interface Row {
  action: string;
  actor_kind: string;
  actor_label: string;
  on_behalf_of: string | null;
  detail: { changes?: object; reason?: string };
}
const rowsOf = ({ sql }: Desk) =>
  sql<Row>("select * from audit_events where action like 'agent.%' order by sequence");

test('an agent is made by a manager for its maker, shown without a secret, and its code once', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'manager');
  const { agent, code, expiresAt } = await createAgent(bob, { name: 'runner-1' });
  assert.match(code, /^kw_set_[0-9A-Za-z]{38}$/);
  assert.equal(Date.parse(expiresAt), desk.clock.now().getTime() + 600_000);
  assert.deepEqual(agent.enrollment, { expiresAt });
  assert.deepEqual(
    [agent.permissions, agent.resources, agent.status, agent.epoch],
    [['profile:read'], none, 'never_connected', null],
  );
  assert.deepEqual(agent.owner, { id: bob.id, label: bob.email, active: true });
  const list = await bob.send('GET /api/v1/agents');
  assert.ok(!list.text.includes(code.slice(8)));
  const [row] = await rowsOf(desk);
  assert.deepEqual([row?.action, row?.actor_label], ['agent.create', bob.email]);
  assert.ok(!JSON.stringify(row).includes(code.slice(8)));
});

test('an enrolled agent acts as itself, on behalf of its owner', async () => {
  await using desk = await openDesk();
  const { agent, code } = await createAgent(desk.ada, { name: 'runner-1', resources: { flow: ['nightly'] } });
  const { token, epoch, agent: known } = await enrollByCode(desk, code);
  assert.match(token, /^kw_agt_[0-9A-Za-z]{38}$/);
  assert.deepEqual([epoch, known], [1, { id: agent.id, name: 'runner-1' }]);
  const me = expect(200, await desk.send('GET /api/v1/me', { token })).body;
  assert.deepEqual(me['agent'], { id: agent.id, name: 'runner-1', ownerId: desk.ada.id });
  assert.deepEqual([me['user'], me['key'], me['session']], [null, null, null]);
  assert.deepEqual([me['permissions'], me['resources']], [['profile:read'], { ...none, flow: ['nightly'] }]);
  assert.equal((await desk.send('GET /api/v1/audit', { token })).problem?.code, 'permission_denied');
  assert.equal((await desk.send('GET /api/v1/agents', { token })).problem?.code, 'permission_denied');
  assert.equal((await desk.send('GET /api/v1/tokens', { token })).problem?.code, 'session_required');
  await desk.settle();
  const [row] = await desk.sql<Row>("select * from audit_events where action = 'access.denied'");
  assert.deepEqual(
    [row?.actor_kind, row?.actor_label, row?.on_behalf_of],
    ['agent', 'runner-1', desk.ada.id],
  );
});

test('an agent does what it was granted within its owner’s role of this moment', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const permissions = ['profile:read', 'mcp:call'];
  const { code } = await createAgent(desk.ada, { name: 'runner', permissions, ownerId: bob.id });
  const { token } = await enrollByCode(desk, code);
  const held = async () => (await desk.send('GET /api/v1/me', { token })).body['permissions'];
  assert.deepEqual(await held(), permissions);
  await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { role: 'viewer' } });
  assert.deepEqual(await held(), ['profile:read']);
  await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { role: 'member' } });
  assert.deepEqual(await held(), permissions);
});

test('an agent whose owner is deactivated or deleted is refused until it is transferred', async () => {
  await using desk = await openDesk();
  for (const [name, end] of [
    ['Bob', 'POST /api/v1/users/%/deactivate'],
    ['Eve', 'DELETE /api/v1/users/%'],
  ] as const) {
    const owner = await desk.join(name, 'member');
    const { agent, code } = await createAgent(desk.ada, { name: name.toLowerCase(), ownerId: owner.id });
    const { token } = await enrollByCode(desk, code);
    await desk.ada.send(end.replace('%', owner.id));
    const refused = await desk.send('GET /api/v1/me', { token });
    assert.equal(refused.problem?.code, 'account_deactivated');
    assert.equal(shown(await desk.ada.send(`GET /api/v1/agents/${agent.id}`)).owner.active, false);
    const at = `POST /api/v1/agents/${agent.id}/transfer`;
    const refusedOwner = await desk.ada.send(at, { body: { userId: owner.id } });
    assert.equal(refusedOwner.problem?.errors?.[0]?.path, 'userId');
    const moved = shown(await desk.ada.send(at, { body: { userId: desk.ada.id } }));
    assert.deepEqual(moved.owner, { id: desk.ada.id, label: desk.ada.email, active: true });
    assert.equal((await desk.send('GET /api/v1/me', { token })).status, 200);
  }
});

test('a paused, a disabled and a deleted agent is refused on its next request, and a resumed or enabled one works', async () => {
  await using desk = await openDesk();
  const { agent, code } = await createAgent(desk.ada, { name: 'runner' });
  const { token } = await enrollByCode(desk, code);
  const at = `/api/v1/agents/${agent.id}`;
  const refusal = async () => (await desk.send('GET /api/v1/me', { token })).problem?.code;
  const reason = 'It floods the build server';
  for (let time = 0; time < 2; time++) {
    const paused = shown(await desk.ada.send(`POST ${at}/pause`, { body: { reason } }));
    assert.deepEqual([paused.status, paused.pauseReason], ['paused', reason]);
  }
  assert.equal(await refusal(), 'paused');
  for (let time = 0; time < 2; time++)
    assert.equal(shown(await desk.ada.send(`POST ${at}/resume`)).pausedAt, null);
  assert.equal(await refusal(), undefined);
  assert.equal(shown(await desk.ada.send(`PATCH ${at}`, { body: { enabled: false } })).status, 'disabled');
  assert.equal(await refusal(), 'token_disabled');
  await desk.ada.send(`PATCH ${at}`, { body: { enabled: true } });
  assert.equal(await refusal(), undefined);
  assert.equal((await desk.ada.send(`DELETE ${at}`)).status, 204);
  assert.equal(await refusal(), 'token_revoked');
  const actions = (await rowsOf(desk)).map(({ action }) => action);
  assert.deepEqual(
    actions,
    'create enroll pause resume update update delete'.split(' ').map((verb) => `agent.${verb}`),
  );
});

test('a deleted agent is found nowhere, its row stays, its code ends, and its name is free', async () => {
  await using desk = await openDesk();
  const { agent } = await createAgent(desk.ada, { name: 'runner' });
  const issued = await desk.ada.send(`POST /api/v1/agents/${agent.id}/code`, { body: { minutes: 60 } });
  const code = expect(201, issued).body['code'] as unknown as string;
  await desk.ada.send(`POST /api/v1/agents/${agent.id}/rotate`, { body: { wait: 'reconnect' } });
  expect(204, await desk.ada.send(`DELETE /api/v1/agents/${agent.id}`));
  const at = `/api/v1/agents/${agent.id}`;
  for (const [call, body] of [
    [`GET ${at}`, undefined],
    [`DELETE ${at}`, undefined],
    [`PATCH ${at}`, { name: 'other' }],
    [`POST ${at}/pause`, { reason: 'why' }],
    [`POST ${at}/resume`, {}],
    [`POST ${at}/transfer`, { userId: desk.ada.id }],
    [`POST ${at}/code`, {}],
  ] as const)
    assert.equal((await desk.ada.send(call, { body })).problem?.code, 'not_found', call);
  assert.equal((await desk.ada.send('GET /api/v1/agents')).body['matching'], 0);
  const refused = await desk.send('POST /api/v1/agents/enroll', { body: { code, host: 'h', version: '1' } });
  assert.equal(refused.problem?.code, 'code_invalid');
  const [rotation] = await desk.sql<{ state: string }>('select state from rotations');
  assert.equal(rotation?.state, 'cancelled');
  assert.equal((await desk.sql('select from agents')).length, 1);
  await createAgent(desk.ada, { name: 'runner' });
});

test('bad input is refused with the field that is wrong', async () => {
  await using desk = await openDesk();
  const off = await desk.join('Off', 'member');
  await desk.ada.send(`POST /api/v1/users/${off.id}/deactivate`);
  const cases: [what: string, input: object, path: string][] = [
    ['no name', { name: undefined }, 'name'],
    ['a capital', { name: 'Runner' }, 'name'],
    ['a name of 64', { name: 'a'.repeat(64) }, 'name'],
    ['a name that begins with a dot', { name: '.a' }, 'name'],
    ['a description of 501', { description: 'a'.repeat(501) }, 'description'],
    ['*', { permissions: ['*'] }, 'permissions.0'],
    ['what no agent may hold', { permissions: ['tokens:read'] }, 'permissions.0'],
    ['no permission', { permissions: [] }, 'permissions'],
    ['an unknown type', { resources: { table: ['a'] } }, 'resources.table'],
    ['no days', { rotationDays: 0 }, 'rotationDays'],
    ['366 days', { rotationDays: 366 }, 'rotationDays'],
    ['no minutes', { minutes: 0 }, 'minutes'],
    ['1,441 minutes', { minutes: 1_441 }, 'minutes'],
    ['an unknown owner', { ownerId: '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401' }, 'ownerId'],
    ['an owner who is deactivated', { ownerId: off.id }, 'ownerId'],
  ];
  for (const [what, input, path] of cases) {
    const answer = await desk.ada.send('POST /api/v1/agents', { body: { name: 'runner', ...input } });
    assert.equal(answer.status, 422, what);
    assert.equal(answer.problem?.errors?.[0]?.path, path, what);
  }
  assert.equal((await desk.sql('select from agents')).length, 0);
});
