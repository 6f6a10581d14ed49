import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { test } from 'node:test';
import { keyPermissions, roles, type Role } from '#server/core/access/schema.ts';
import { ownTools } from '#server/doors/mcp/own-tools.ts';
import { ownToolTable } from '#server/testing/access-table.ts';
import { enrollAgent } from '#server/testing/agents.ts';
import type { Answer } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { createMcpCaller } from '#server/testing/mcp/mcp-caller.ts';

async function openCaller(desk: Desk) {
  const { token, credential } = await desk.ada.createToken({ name: 'all' });
  const mcp = createMcpCaller(desk, token);
  return {
    id: credential.id,
    token,
    mcp,
    call: (name: string, args: object = {}, more: object = {}, capabilities = {}) =>
      mcp.send('tools/call', { name, arguments: args, ...more }, { capabilities }),
  };
}

const resultOf = ({ body }: Answer) =>
  body['result'] as unknown as {
    isError?: true;
    content: { text: string }[];
    structuredContent: Record<string, unknown>;
    resultType: string;
    requestState: string;
    inputRequests: Record<string, unknown>;
  };
const sentenceOf = (answer: Answer) => {
  const { isError, content } = resultOf(answer);
  assert.equal(isError, true);
  return content[0]?.text ?? '';
};

test('Keyward’s own tools answer what the REST API answers', async () => {
  await using desk = await openDesk();
  const { call, token, id } = await openCaller(desk);
  const me = await desk.send('GET /api/v1/me', { token });
  assert.deepEqual(resultOf(await call('whoami')).structuredContent, me.body);
  const tokens = await desk.send('GET /api/v1/tokens', { token });
  assert.deepEqual(resultOf(await call('list_tokens')).structuredContent, tokens.body);
  const agents = await desk.send('GET /api/v1/agents', { token });
  assert.deepEqual(resultOf(await call('list_agents')).structuredContent, agents.body);
  const { allowed } = resultOf(
    await call('explain_access', { credentialId: id, permission: 'mcp:call' }),
  ).structuredContent;
  assert.equal(allowed, true);
});

test('each is behind its permission, listed and called', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'narrow', permissions: ['mcp:call'] });
  const mcp = createMcpCaller(desk, token);
  const { tools } = (await mcp.send('tools/list')).body['result'] as unknown as { tools: { name: string }[] };
  assert.deepEqual(
    tools.map(({ name }) => name),
    ['explain_access', 'whoami'],
  );
  const { credential } = await desk.ada.createToken({ name: 'laptop' });
  for (const name of ['list_tokens', 'revoke_token', 'list_agents', 'rotate_agent_token']) {
    const args = { id: credential.id, confirm: true };
    assert.match(sentenceOf(await mcp.send('tools/call', { name, arguments: args })), /needs the permission/);
  }
  await desk.settle();
  const denied = await desk.sql<{ permission: string }>(
    "select detail ->> 'permission' as permission from audit_events where action = 'access.denied' order by sequence",
  );
  assert.deepEqual(
    denied.map(({ permission }) => permission),
    ['tokens:read', 'tokens:revoke', 'agents:read', 'agents:rotate'],
  );
});

test('tools say whether they read or destroy', async () => {
  await using desk = await openDesk();
  const { mcp } = await openCaller(desk);
  const { tools } = (await mcp.send('tools/list')).body['result'] as unknown as {
    tools: { name: string; annotations: Record<string, boolean>; inputSchema: { type: string } }[];
  };
  const hinted = tools.map(({ name, annotations }) => [
    name,
    annotations['readOnlyHint'],
    annotations['destructiveHint'],
  ]);
  assert.deepEqual(hinted, [
    ['explain_access', true, false],
    ['list_agents', true, false],
    ['list_tokens', true, false],
    ['revoke_token', false, true],
    ['rotate_agent_token', false, true],
    ['whoami', true, false],
  ]);
  for (const { inputSchema } of tools) assert.equal(inputSchema.type, 'object');
});

const isRevoked = async (desk: Desk, id: string) => {
  const [row] = await desk.sql<{ revoked_at: Date | null }>(
    'select revoked_at from credentials where id = $1',
    [id],
  );
  return row !== undefined && row.revoked_at !== null;
};

test('a client that cannot ask has to say that the person agreed', async () => {
  await using desk = await openDesk();
  const { call, mcp } = await openCaller(desk);
  const { credential } = await desk.ada.createToken({ name: 'laptop' });
  const { id } = credential;
  assert.match(sentenceOf(await call('revoke_token', { id })), /"confirm": true/);
  assert.match(
    sentenceOf(
      await mcp.sendOlder('tools/call', { name: 'revoke_token', arguments: { id, confirm: 'yes' } }),
    ),
    /"confirm": true/,
  );
  assert.equal(await isRevoked(desk, id), false);
  await call('revoke_token', { id, confirm: true });
  assert.equal(await isRevoked(desk, id), true);
});

test('a client that can ask is asked, and only its yes to these arguments counts', async () => {
  await using desk = await openDesk();
  const { call } = await openCaller(desk);
  const form = { elicitation: { form: {} } };
  const { id } = (await desk.ada.createToken({ name: 'laptop' })).credential;
  const other = (await desk.ada.createToken({ name: 'desktop' })).credential;
  const asked = resultOf(await call('revoke_token', { id, confirm: true }, {}, form));
  assert.equal(asked.resultType, 'input_required');
  assert.deepEqual(Object.keys(asked.inputRequests), ['confirm']);
  const { requestState } = asked;
  const yes = { confirm: { action: 'accept', content: { confirm: true } } };
  for (const inputResponses of [
    { confirm: { action: 'decline' } },
    { confirm: { action: 'accept', content: { confirm: false } } },
    {},
  ])
    assert.match(
      sentenceOf(await call('revoke_token', { id, confirm: true }, { inputResponses, requestState }, form)),
      /did not agree/,
    );
  const elsewhere = await call(
    'revoke_token',
    { id: other.id, confirm: true },
    { inputResponses: yes, requestState },
    form,
  );
  assert.equal(resultOf(elsewhere).resultType, 'input_required');
  const unasked = await call('revoke_token', { id, confirm: true }, { inputResponses: yes }, form);
  assert.equal(resultOf(unasked).resultType, 'input_required');
  assert.deepEqual([await isRevoked(desk, id), await isRevoked(desk, other.id)], [false, false]);
  await call('revoke_token', { id, confirm: true }, { inputResponses: yes, requestState }, form);
  assert.deepEqual([await isRevoked(desk, id), await isRevoked(desk, other.id)], [true, false]);
});

test('bad arguments, an unknown agent and one that is not connected each have their own sentence', async () => {
  await using desk = await openDesk();
  const { call } = await openCaller(desk);
  const agent = await enrollAgent(desk);
  const rotate = (args: object) => call('rotate_agent_token', { ...args, confirm: true });
  assert.match(sentenceOf(await rotate({ id: 'runner' })), /^id: /);
  assert.match(sentenceOf(await rotate({ id: agent.id, force: true })), /force: Unknown field/);
  assert.match(sentenceOf(await rotate({ id: randomUUIDv7() })), /no such agent/);
  assert.match(sentenceOf(await rotate({ id: agent.id })), /not connected/);
  const queued = await rotate({ id: agent.id, wait: 'reconnect' });
  assert.equal(resultOf(queued).structuredContent['state'], 'queued');
});

test('a token of another person, and of another tenant, is unknown', async () => {
  await using desk = await openDesk();
  const { call } = await openCaller(desk);
  const bob = await desk.join('Bob', 'member');
  const { credential } = await bob.createToken({ name: 'laptop' });
  assert.match(sentenceOf(await call('revoke_token', { id: credential.id, confirm: true })), /no such token/);
  assert.equal(await isRevoked(desk, credential.id), false);
});

test('every own tool has its row in the access table, and says the same of itself', () => {
  const said = Object.fromEntries(
    [...ownTools.values()].map(({ name, permission }) => [name, permission ?? 'signed-in']),
  );
  const rows = Object.fromEntries(
    Object.entries(ownToolTable).map(([name, { permission }]) => [name, permission]),
  );
  assert.deepEqual(said, rows);
});

test('each role, and a key, calls the own tools that the table says, and no others', async (t) => {
  await using desk = await openDesk();
  const key = await desk.ada.createKey({ name: 'whole', permissions: [...keyPermissions] });
  for (const role of roles) {
    const person = await desk.join(`A${role}`, role === 'viewer' ? 'member' : role);
    const { token } = await person.createToken({ name: 'all' });
    await desk.ada.send(`PATCH /api/v1/users/${person.id}`, { body: { role } });
    await t.test(role, () => tryTools(createMcpCaller(desk, token), ({ from }) => isAtLeast(role, from)));
  }
  await t.test('a key', () => tryTools(createMcpCaller(desk, key.token), (row) => row.key));
});

const isAtLeast = (role: Role, from: Role) => roles.indexOf(role) >= roles.indexOf(from);

type Row = (typeof ownToolTable)[string];

async function tryTools(mcp: ReturnType<typeof createMcpCaller>, mayCall: (row: Row) => boolean) {
  const mayUse = (await mcp.send('tools/list')).status === 200;
  for (const [name, row] of Object.entries(ownToolTable)) {
    const answer = await mcp.send('tools/call', { name, arguments: { neverAField: true, confirm: true } });
    const isDenied =
      answer.status === 403 || /permission|Only a person/.test(resultOf(answer).content[0]?.text ?? '');
    assert.equal(!isDenied, mayUse && mayCall(row), `${name}: ${answer.text}`);
  }
}
