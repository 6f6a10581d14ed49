import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { createAgent, enrollByCode } from '#server/testing/enrollment.ts';
import { exchange, jwtOf, post } from '#server/testing/oauth.ts';
import { expect } from '#server/testing/person.ts';

const none = { agent: [], flow: [], mcp_tool: [], vector_store: [], llm_model: [] };

/** An agent of a member’s that may call tools and reaches one flow, and a service that asks about it. */
async function openAgent(desk: Desk) {
  const bob = await desk.join('Bob', 'member');
  const { agent, code } = await createAgent(desk.ada, {
    name: 'runner',
    permissions: ['profile:read', 'mcp:call'],
    resources: { flow: ['nightly'] },
    ownerId: bob.id,
  });
  const { token } = await enrollByCode(desk, code);
  const service = await desk.ada.createToken({ name: 'service', permissions: ['verify'] });
  const verify = (more: object = {}) =>
    desk.send('POST /api/v1/verify', { token: service.token, body: { token, ...more } });
  const introspect = (shown = token) =>
    post(desk, '/oauth/introspect', { token: shown }, { token: service.token });
  return { bob, agent, token, verify, introspect };
}

test('a service is told of an agent what it is, for whom it acts and what it reaches', async () => {
  await using desk = await openDesk();
  const { bob, agent, token, verify } = await openAgent(desk);
  const { body } = expect(200, await verify({ resource: { type: 'flow', id: 'nightly' } }));
  assert.deepEqual(body['principal'], {
    kind: 'agent',
    id: agent.id,
    name: 'runner',
    ownerId: bob.id,
    tenantId: bob.tenantId,
    permissions: ['profile:read', 'mcp:call'],
  });
  assert.deepEqual(body['credential'], {
    id: agent.id,
    kind: 'agent',
    name: 'runner',
    prefix: token.slice(0, 15),
    permissions: ['profile:read', 'mcp:call'],
    resources: { ...none, flow: ['nightly'] },
  });
  const codeOf = async (more: object) => (await verify(more)).body['code'];
  assert.equal(await codeOf({ resource: { type: 'flow', id: 'other' } }), 'resource_denied');
  assert.equal(await codeOf({ permission: 'llm:call' }), 'permission_denied');
  await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { role: 'viewer' } });
  assert.equal(await codeOf({ permission: 'mcp:call' }), 'permission_denied');
});

test('a service is told why an agent is refused, on the next request', async () => {
  await using desk = await openDesk();
  const { bob, agent, verify, introspect } = await openAgent(desk);
  const at = `/api/v1/agents/${agent.id}`;
  const seen = async () => [
    (await verify()).body['code'] as unknown,
    (await introspect()).body['active'] as unknown,
  ];
  assert.deepEqual(await seen(), ['valid', true]);
  const steps: [call: string, body: object, code: string][] = [
    [`POST ${at}/pause`, { reason: 'why' }, 'paused'],
    [`POST ${at}/resume`, {}, 'valid'],
    [`POST /api/v1/users/${bob.id}/deactivate`, {}, 'account_deactivated'],
    [`POST ${at}/transfer`, { userId: desk.ada.id }, 'valid'],
    [`PATCH ${at}`, { enabled: false }, 'token_disabled'],
    [`DELETE ${at}`, {}, 'token_revoked'],
  ];
  for (const [call, body, code] of steps) {
    await desk.ada.send(call, { body });
    assert.deepEqual(await seen(), [code, code === 'valid'], call);
  }
});

test('a JWT of an agent is active while the agent is, within its owner’s role', async () => {
  await using desk = await openDesk();
  const { bob, agent, token, introspect } = await openAgent(desk);
  const jwt = jwtOf(expect(200, await exchange(desk, token)));
  const { body } = await introspect(jwt);
  assert.deepEqual(
    [body['active'], body['typ'], body['sub'], body['scope'], body['role']],
    [true, 'agent', agent.id, 'profile:read mcp:call', undefined],
  );
  await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { role: 'viewer' } });
  assert.equal((await introspect(jwt)).body['scope'], 'profile:read');
  await desk.ada.send(`POST /api/v1/agents/${agent.id}/pause`, { body: { reason: 'why' } });
  assert.deepEqual((await introspect(jwt)).body, { active: false });
});

test('a proxy passes an agent on as the agent, and as no person', async () => {
  await using desk = await openDesk();
  const { agent, token, bob } = await openAgent(desk);
  const door = 'GET /api/v1/auth/forward';
  const passed = expect(200, await desk.send(`${door}?resource=flow:nightly`, { token }));
  const header = (name: string) => passed.headers.get(`keyward-${name}`);
  assert.deepEqual(['actor', 'user', 'email', 'role', 'credential', 'tenant', 'permissions'].map(header), [
    `agent:${agent.id}`,
    '',
    '',
    '',
    agent.id,
    bob.tenantId,
    'profile:read mcp:call',
  ]);
  assert.equal((await desk.send(`${door}?resource=flow:other`, { token })).problem?.code, 'resource_denied');
  assert.equal((await desk.send(door, { token })).problem?.code, 'permission_denied');
});
