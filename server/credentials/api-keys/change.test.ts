import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreatedKeyView, KeyView } from '#server/credentials/api-keys/schema.ts';
import type { Answer } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';

const created = (answer: Answer) => answer.body as unknown as CreatedKeyView;
const shown = (answer: Answer) => answer.body as unknown as KeyView;
const none = { agent: [], flow: [], mcp_tool: [], vector_store: [], llm_model: [] };

interface Row {
  action: string;
  detail: { changes?: object };
}
const rowsOf = (desk: Desk) =>
  desk.sql<Row>("select * from audit_events where action like 'key.%' order by sequence");
const soon = (desk: Desk, minutes: number) =>
  new Date(desk.clock.now().getTime() + minutes * 60_000).toISOString();

test('a key is never made or changed by a key, and widened by no bearer', async () => {
  await using desk = await openDesk();
  const resources = { flow: ['a', 'b'] };
  const made = await desk.ada.createKey({
    name: 'billing',
    permissions: ['verify', 'keys:read'],
    resources,
    ipAllowlist: ['127.0.0.1'],
  });
  const at = `/api/v1/api-keys/${made.credential.id}`;
  const { token } = await desk.ada.createToken({ name: 'ci', permissions: ['keys:write', 'keys:read'] });
  const code = async (call: string, who: { token: string }, body: object = {}) =>
    (await desk.send(call, { ...who, body })).problem?.code;
  for (const [call, body] of [
    ['POST /api/v1/api-keys', { name: 'x', permissions: ['verify'] }],
    [`POST ${at}/rotate`, { graceSeconds: 0 }],
    [`PATCH ${at}`, { name: 'x' }],
    [`POST ${at}/disable`, {}],
    [`DELETE ${at}`, {}],
  ] as const)
    assert.equal(await code(call, made, body), 'session_required', call);
  for (const body of [
    { permissions: ['verify', 'keys:read', 'audit:read'] },
    { resources: { flow: ['a', 'c'] } },
    { resources: { flow: '*' } },
    { ipAllowlist: [] },
    { ipAllowlist: ['127.0.0.1', '10.0.0.0/8'] },
    { expiresAt: null },
  ])
    assert.equal(await code(`PATCH ${at}`, { token }, body), 'session_required', JSON.stringify(body));
  for (const call of [`POST ${at}/enable`, `POST ${at}/rotate`])
    assert.equal(await code(call, { token }, { graceSeconds: 0 }), 'session_required');
  const narrower = {
    name: 'bills',
    permissions: ['verify'],
    resources: { flow: ['b'] },
    expiresAt: soon(desk, 60),
  };
  const narrowed = await desk.send(`PATCH ${at}`, { token, body: narrower });
  assert.equal(narrowed.status, 200);
  assert.deepEqual(shown(narrowed).resources, { ...none, flow: ['b'] });
  assert.equal((await desk.send(`POST ${at}/disable`, { token })).status, 200);
  assert.equal(await code(`PATCH ${at}`, { token }, { enabled: true }), 'session_required');
  assert.equal((await desk.send(`DELETE ${at}`, { token })).status, 204);
});

test('widening asks for a sign-in of today and for what one holds, narrowing for neither', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'manager');
  const { credential } = await desk.ada.createKey({
    name: 'billing',
    permissions: ['verify', 'audit:read'],
    resources: { flow: ['a'] },
  });
  const at = `PATCH /api/v1/api-keys/${credential.id}`;
  const wider = await bob.send(at, { body: { resources: { flow: ['a', 'b'] } } });
  assert.equal(wider.status, 200);
  const kept = await bob.send(at, { body: { permissions: ['verify', 'mcp:call'] } });
  assert.equal(kept.status, 200, 'what it had already needs no holder');
  const more = await bob.send(at, { body: { permissions: ['verify', 'audit:read'] } });
  assert.equal(more.problem?.code, 'validation_failed');
  desk.clock.advance({ hours: 13 });
  const late = await bob.send(at, { body: { resources: { flow: '*' } } });
  assert.equal(late.problem?.code, 'sign_in_again');
  assert.equal((await bob.send(at, { body: { resources: {} } })).status, 200);
});

test('a manager is not shown the secret of a key that may do more than they may', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'manager');
  const { token, credential } = await desk.ada.createKey({ name: 'log', permissions: ['audit:read'] });
  const rotate = { body: { graceSeconds: 0 } };
  const at = `POST /api/v1/api-keys/${credential.id}/rotate`;
  const refused = await bob.send(at, rotate);
  assert.equal(refused.problem?.code, 'permission_denied');
  assert.match(refused.problem.detail, /holds audit:read, which you do not hold yourself/);
  assert.equal((await desk.send('GET /api/v1/me', { token })).status, 200, 'the secret stays');
  assert.equal((await desk.ada.send(at, rotate)).status, 200);
  const own = await desk.ada.createKey({ name: 'tools', permissions: ['mcp:call'] });
  assert.equal((await bob.send(`POST /api/v1/api-keys/${own.credential.id}/rotate`, rotate)).status, 200);
});

test('a maker who is demoted while a key is made grants what their new role allows', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'admin');
  await desk.sql('begin');
  await desk.sql("update users set role = 'manager' where id = $1", [bob.id]);
  const make = (permission: string) =>
    bob.send('POST /api/v1/api-keys', { body: { name: permission, permissions: [permission] } });
  const [beyond, within] = [make('audit:read'), make('mcp:call')];
  await desk.untilBlocked(2);
  await desk.sql('commit');
  assert.equal((await beyond).problem?.code, 'validation_failed');
  assert.equal((await within).status, 201);
});

test('a change is audited with what it changed, and one that changes nothing is not', async () => {
  await using desk = await openDesk();
  const { credential } = await desk.ada.createKey({ name: 'billing', resources: { flow: ['a'] } });
  const at = `PATCH /api/v1/api-keys/${credential.id}`;
  const same = {
    name: 'billing',
    permissions: ['verify'],
    resources: { flow: ['a'] },
    expiresAt: credential.expiresAt,
  };
  assert.equal((await desk.ada.send(at, { body: same })).status, 200);
  assert.equal((await rowsOf(desk)).length, 1);
  await desk.ada.send(at, { body: { name: 'bills', ipAllowlist: ['10.0.0.1'] } });
  const row = (await rowsOf(desk)).at(-1);
  assert.equal(row?.action, 'key.update');
  assert.deepEqual(row.detail.changes, {
    name: { from: 'billing', to: 'bills' },
    ipAllowlist: { from: [], to: ['10.0.0.1'] },
  });
});

test('a rotated key has two secrets until the grace ends, and its id, name and reach stay', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createKey({ name: 'billing' });
  const rotate = (body: object) => desk.ada.send(`POST /api/v1/api-keys/${credential.id}/rotate`, { body });
  const rotationId = '6f1f6f0e-8f0c-4b53-9d0e-6f2d0c1e9a41';
  const rotated = await rotate({ graceSeconds: 900, rotationId });
  assert.equal(rotated.status, 200);
  const fresh = created(rotated);
  assert.match(fresh.token, /^kw_key_/);
  assert.equal(fresh.credential.id, credential.id);
  assert.equal((await rotate({ graceSeconds: 900, rotationId })).body['token'], null);
  const status = async (secret: string) => (await desk.send('GET /api/v1/me', { token: secret })).status;
  assert.deepEqual([await status(token), await status(fresh.token)], [200, 200]);
  const ended = await desk.ada.send(`POST /api/v1/api-keys/${credential.id}/end-grace`);
  assert.equal(shown(ended).rotation, null);
  assert.deepEqual([await status(token), await status(fresh.token)], [401, 200]);
  const actions = (await rowsOf(desk)).map(({ action }) => action);
  assert.deepEqual(actions, ['key.create', 'key.rotate', 'key.end_grace']);
});
