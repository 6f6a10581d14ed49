import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import { textOf, type Answer } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { createAgent, enrollByCode } from '#server/testing/enrollment.ts';
import { acceptInvite, expect } from '#server/testing/person.ts';

const shown = (answer: Answer) => expect(200, answer).body as unknown as AgentView;
const none = { agent: [], flow: [], mcp_tool: [], vector_store: [], llm_model: [] };

const changesOf = async ({ sql }: Desk) =>
  (
    await sql<{ detail: { changes: object } }>(
      "select detail from audit_events where action = 'agent.update' order by sequence",
    )
  ).map(({ detail }) => detail.changes);

test('an agent is renamed, narrowed and described, with each change old to new in the log', async () => {
  await using desk = await openDesk();
  const { agent } = await createAgent(desk.ada, {
    name: 'runner',
    permissions: ['profile:read', 'mcp:call'],
    resources: { flow: ['a', 'b'] },
  });
  const at = `PATCH /api/v1/agents/${agent.id}`;
  const body = {
    name: 'builder',
    permissions: ['profile:read'],
    resources: { flow: ['b'] },
    rotationDays: 1,
  };
  const changed = shown(await desk.ada.send(at, { body }));
  assert.deepEqual(
    [changed.name, changed.permissions, changed.resources, changed.rotationDays],
    ['builder', ['profile:read'], { ...none, flow: ['b'] }, 1],
  );
  await desk.ada.send(at, { body });
  shown(await desk.ada.send(at, { body: { description: 'Builds', rotationDays: null } }));
  assert.deepEqual(await changesOf(desk), [
    {
      name: { from: 'runner', to: 'builder' },
      permissions: { from: ['profile:read', 'mcp:call'], to: ['profile:read'] },
      resources: { from: { ...none, flow: ['a', 'b'] }, to: { ...none, flow: ['b'] } },
      rotationDays: { from: null, to: 1 },
    },
    { description: { from: null, to: 'Builds' }, rotationDays: { from: 1, to: null } },
  ]);
});

test('a token makes no agent and no code, and widens none, but narrows, disables and pauses', async () => {
  await using desk = await openDesk();
  const off = await createAgent(desk.ada, { name: 'off' });
  await desk.ada.send(`PATCH /api/v1/agents/${off.agent.id}`, { body: { enabled: false } });
  const granted = { permissions: ['profile:read', 'mcp:call'], resources: { flow: ['a'] } };
  const { agent, code } = await createAgent(desk.ada, { name: 'runner', ...granted });
  const at = `/api/v1/agents/${agent.id}`;
  const { token } = await desk.ada.createToken({ name: 'ci', permissions: ['agents:write', 'agents:read'] });
  const codeOf = async (call: string, body: object, who = token) =>
    (await desk.send(call, { token: who, body })).problem?.code ?? 'ok';
  for (const [call, body] of [
    ['POST /api/v1/agents', { name: 'other' }],
    [`POST ${at}/code`, {}],
    [`PATCH ${at}`, { permissions: [...granted.permissions, 'llm:call'] }],
    [`PATCH ${at}`, { resources: { flow: ['b'] } }],
    [`PATCH ${at}`, { resources: { flow: '*' } }],
    [`PATCH /api/v1/agents/${off.agent.id}`, { enabled: true }],
  ] as const)
    assert.equal(await codeOf(call, body), 'session_required', `${call} ${JSON.stringify(body)}`);
  const narrower = { permissions: ['profile:read'], resources: {}, name: 'narrow', enabled: false };
  assert.equal(await codeOf(`PATCH ${at}`, narrower), 'ok');
  assert.equal(await codeOf(`POST ${at}/pause`, { reason: 'why' }), 'ok');
  assert.equal(await codeOf(`POST ${at}/resume`, {}), 'ok');
  shown(await desk.ada.send(`PATCH ${at}`, { body: { enabled: true } }));
  const machine = await enrollByCode(desk, code);
  const key = await desk.ada.createKey({ name: 'k', permissions: ['agents:read', 'agents:rotate'] });
  for (const who of [machine.token, key.token])
    for (const [call, body] of [
      [`PATCH ${at}`, { name: 'x' }],
      [`POST ${at}/pause`, { reason: 'why' }],
      [`POST ${at}/resume`, {}],
      [`POST ${at}/transfer`, { userId: desk.ada.id }],
      [`DELETE ${at}`, {}],
    ] as const)
      assert.equal(await codeOf(call, body, who), 'session_required', call);
});

test('making, a new code and widening need a sign-in of the last hours, narrowing does not', async () => {
  await using desk = await openDesk();
  const { agent } = await createAgent(desk.ada, { name: 'runner', resources: { flow: ['a'] } });
  const at = `/api/v1/agents/${agent.id}`;
  desk.clock.advance({ hours: 12, minutes: 1 });
  const codeOf = async (call: string, body: object) =>
    (await desk.ada.send(call, { body })).problem?.code ?? 'ok';
  assert.equal(await codeOf('POST /api/v1/agents', { name: 'other' }), 'sign_in_again');
  assert.equal(await codeOf(`POST ${at}/code`, {}), 'sign_in_again');
  assert.equal(await codeOf(`PATCH ${at}`, { resources: { flow: '*' } }), 'sign_in_again');
  assert.equal(await codeOf(`PATCH ${at}`, { name: 'renamed', enabled: false }), 'ok');
  assert.equal(await codeOf(`PATCH ${at}`, { enabled: true }), 'sign_in_again');
  await desk.ada.confirm();
  assert.equal(await codeOf(`PATCH ${at}`, { resources: { flow: '*' }, enabled: true }), 'ok');
});

test('an owner sees and pauses their own agents, and no one else’s', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { agent: own } = await createAgent(desk.ada, { name: 'own', ownerId: bob.id });
  const { agent: other } = await createAgent(desk.ada, { name: 'other' });
  const list = expect(200, await bob.send('GET /api/v1/agents')).body;
  assert.deepEqual(
    (list['items'] as unknown as AgentView[]).map(({ name }) => name),
    ['own'],
  );
  assert.deepEqual([list['counts']?.['never_connected'], list['matching']], [1, 1]);
  assert.equal((await bob.send(`GET /api/v1/agents/${own.id}`)).status, 200);
  const codeOf = async (call: string, body: object = {}) => (await bob.send(call, { body })).problem?.code;
  assert.equal((await bob.send(`GET /api/v1/agents/${other.id}`)).problem?.code, 'not_found');
  assert.equal(await codeOf(`POST /api/v1/agents/${other.id}/pause`, { reason: 'why' }), 'not_found');
  assert.equal(await codeOf(`POST /api/v1/agents/${own.id}/pause`, { reason: 'why' }), undefined);
  assert.equal(await codeOf(`POST /api/v1/agents/${own.id}/resume`), undefined);
  for (const [call, body] of [
    [`PATCH /api/v1/agents/${own.id}`, { name: 'mine' }],
    [`POST /api/v1/agents/${own.id}/code`, {}],
    [`POST /api/v1/agents/${own.id}/transfer`, { userId: desk.ada.id }],
    [`DELETE /api/v1/agents/${own.id}`, {}],
    ['POST /api/v1/agents', { name: 'mine' }],
  ] as const)
    assert.equal(await codeOf(call, body), 'permission_denied', call);
  const whole = await bob.createToken({ name: 'all' });
  const narrow = await bob.createToken({ name: 'narrow', permissions: ['profile:read'] });
  const status = async (token: string) => (await desk.send('GET /api/v1/agents', { token })).status;
  assert.deepEqual([await status(whole.token), await status(narrow.token)], [200, 403]);
});

test('a transfer by which an agent can do more takes a sign-in, one by which it cannot does not', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'ci', permissions: ['agents:write'] });
  const eve = await desk.join('Eve', 'viewer');
  const { agent } = await createAgent(desk.ada, {
    name: 'runner',
    permissions: ['mcp:call'],
    ownerId: eve.id,
  });
  // For a viewer it can call no tools; for a member it can, which a token cannot bring about.
  const bob = await desk.join('Bob', 'member');
  const at = `POST /api/v1/agents/${agent.id}/transfer`;
  const refused = await desk.send(at, { token, body: { userId: bob.id } });
  assert.equal(refused.problem?.code, 'session_required');
  shown(await desk.ada.send(at, { body: { userId: bob.id } }));
  assert.equal(shown(await desk.send(at, { token, body: { userId: eve.id } })).ownerId, eve.id);
  const rows = await desk.sql<{ detail: object }>(
    "select detail from audit_events where action = 'agent.transfer' order by sequence",
  );
  assert.deepEqual(
    rows.map(({ detail }) => detail),
    [
      { from: eve.email, to: bob.email },
      { from: bob.email, to: eve.email },
    ],
  );
});

test('of twenty agents of one name that are made at once one is, on two servers', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const { cookie } = desk.ada;
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      (n % 2 ? desk : other).send('POST /api/v1/agents', { cookie, body: { name: 'runner' } }),
    ),
  );
  const made = all.filter(({ status }) => status === 201);
  const others = all.filter(({ status }) => status !== 201);
  assert.equal(made.length, 1);
  // On a busy machine some may wait too long for the others, and are told so.
  assert.ok(others.every(({ problem }) => ['name_taken', 'unavailable'].includes(problem?.code ?? '')));
  assert.ok(others.some(({ problem }) => problem?.code === 'name_taken'));
  assert.equal((await desk.sql('select from agents')).length, 1);
  assert.equal((await desk.sql("select from one_time_codes where purpose = 'agent'")).length, 1);
});

test('a tenant has 50,000 agents at most', async () => {
  await using desk = await openDesk();
  // Without what follows from each, which would take a while.
  await desk.sql('alter table credentials disable trigger user');
  await desk.sql(
    `insert into credentials (id, tenant_id, kind, name, permissions, resources, created_at)
     select gen_random_uuid(), $1, 'agent', 'agent-' || n, array['profile:read'], $2, now() from generate_series(1, 50000) n`,
    [desk.ada.tenantId, none],
  );
  await desk.sql('alter table credentials enable trigger user');
  const made = await desk.ada.send('POST /api/v1/agents', { body: { name: 'runner' } });
  assert.equal(made.problem?.code, 'too_many_agents');
  await desk.sql("update credentials set revoked_at = now() where name = 'agent-1'");
  await createAgent(desk.ada, { name: 'runner' });
});

test('where a secret ends on the day on which it is due, that is not every day', async () => {
  await using desk = await openDesk();
  const { agent } = await createAgent(desk.ada, { name: 'runner' });
  await desk.sql('update tenants set agent_overdue_days = 0');
  for (const [call, body] of [
    ['POST /api/v1/agents', { name: 'other', rotationDays: 1 }],
    [`PATCH /api/v1/agents/${agent.id}`, { rotationDays: 1 }],
  ] as const) {
    const refused = await desk.ada.send(call, { body });
    assert.equal(refused.problem?.errors?.[0]?.path, 'rotationDays', call);
  }
  shown(await desk.ada.send(`PATCH /api/v1/agents/${agent.id}`, { body: { rotationDays: 2 } }));
});

test('an agent of another tenant is unknown, and its owner no one here', async () => {
  await using desk = await openDesk();
  const { agent } = await createAgent(desk.ada, { name: 'runner' });
  const admin = { name: 'Eve', email: 'eve@acme.example' };
  const made = await desk.ada.send('POST /api/v1/tenants', { body: { slug: 'acme', name: 'Acme', admin } });
  const eve = await acceptInvite(desk, textOf(made.body['inviteUrl']), 'Eve');
  const at = `/api/v1/agents/${agent.id}`;
  for (const [call, body] of [
    [`GET ${at}`, undefined],
    [`PATCH ${at}`, { name: 'mine' }],
    [`POST ${at}/pause`, { reason: 'why' }],
    [`POST ${at}/resume`, {}],
    [`POST ${at}/code`, {}],
    [`POST ${at}/transfer`, { userId: eve.id }],
    [`DELETE ${at}`, undefined],
  ] as const)
    assert.equal((await eve.send(call, { body })).problem?.code, 'not_found', call);
  assert.equal((await eve.send(`GET /api/v1/agents?owner=${desk.ada.id}`)).body['matching'], 0);
  // A name is one tenant's, and so are its people.
  const own = await createAgent(eve, { name: 'runner' });
  const code = async (call: string, body: object) => (await eve.send(call, { body })).problem;
  const owner = await code('POST /api/v1/agents', { name: 'other', ownerId: desk.ada.id });
  assert.equal(owner?.errors?.[0]?.path, 'ownerId');
  const transfer = await code(`POST /api/v1/agents/${own.agent.id}/transfer`, { userId: desk.ada.id });
  assert.equal(transfer?.errors?.[0]?.path, 'userId');
  const { token } = await enrollByCode(desk, own.code);
  const verify = await desk.ada.createToken({ name: 'service', permissions: ['verify'] });
  const asked = await desk.send('POST /api/v1/verify', { token: verify.token, body: { token } });
  assert.deepEqual(asked.body, { valid: false, code: 'token_invalid' });
});

test('the agents of a suspended tenant are refused, and work again when it goes on', async () => {
  await using desk = await openDesk();
  const { token } = await enrollByCode(desk, (await createAgent(desk.ada, { name: 'runner' })).code);
  const refusal = async () => (await desk.send('GET /api/v1/me', { token })).problem?.code;
  await desk.sql('update tenants set suspended_at = now()');
  assert.equal(await refusal(), 'tenant_suspended');
  await desk.sql('update tenants set suspended_at = null');
  assert.equal(await refusal(), undefined);
});
