import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReachPageView } from '#server/credentials/access-review/schema.ts';
import { openDesk } from '#server/testing/desk.ts';
import { createAgent, enrollByCode } from '#server/testing/enrollment.ts';
import { goodPassword, signIn } from '#server/testing/person.ts';

test('who can reach a tool is listed with the reason of each, and no one who cannot use it', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const eve = await desk.join('Eve', 'viewer');
  const make = (name: string, mcp_tool: string[] | '*', permissions = ['mcp:call']) =>
    desk.ada.createKey({ name, permissions, resources: { mcp_tool } });
  await make('one', ['s/search']);
  await make('server', ['s/*']);
  await make('all', '*');
  await make('other', ['t/search']);
  await make('useless', '*', ['llm:call']);
  const off = await make('off', '*');
  await desk.ada.send(`POST /api/v1/api-keys/${off.credential.id}/disable`);
  await bob.createToken({ name: 'bound', resources: { mcp_tool: ['s/search'] } as never });
  const items: ReachPageView['items'] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query = `type=mcp_tool&id=s/search&limit=2${cursor && `&cursor=${cursor}`}`;
    const page = (await desk.ada.send(`GET /api/v1/access?${query}`)).body as unknown as ReachPageView;
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  assert.deepEqual(
    items.map(({ kind, label, reason }) => [kind, label, reason]),
    [
      ['key', 'one', 'id'],
      ['key', 'server', 'prefix'],
      ['key', 'all', '*'],
      ['pat', 'bound', 'id'],
      ['user', desk.ada.email, 'role'],
      ['user', bob.email, 'role'],
    ],
  );
  assert.equal((await eve.send('GET /api/v1/access?type=flow&id=a')).problem?.code, 'permission_denied');
  assert.equal((await desk.ada.send('GET /api/v1/access?type=table&id=a')).status, 422);
  desk.clock.advance({ minutes: 11 });
  await desk.settle();
  const rows = await desk.sql("select from audit_events where action = 'resource.access_viewed'");
  assert.equal(rows.length, 1);
});

test('a credential is explained to its owner, to itself and to managers, and to others it does not exist', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const eve = await desk.join('Eve', 'member');
  const own = await bob.createToken({ name: 'ci', permissions: ['mcp:call'] });
  const key = await desk.ada.createKey({ name: 'billing', permissions: ['mcp:call'] });
  const ask = (who: { cookie: string } | { token: string }, credentialId: string, more: object = {}) =>
    desk.send('POST /api/v1/access/explain', { ...who, body: { credentialId, ...more } });
  const asked = await ask(bob, own.credential.id, { permission: 'llm:call' });
  assert.deepEqual(asked.body, {
    allowed: false,
    decidedBy: 'grant',
    sentence: 'The token "ci" may not use llm:call: it was not granted that permission.',
  });
  assert.equal((await ask({ token: key.token }, key.credential.id)).body['allowed'], true);
  assert.equal((await ask(desk.ada, own.credential.id)).status, 200);
  for (const [who, id] of [
    [eve, own.credential.id],
    [eve, key.credential.id],
    [{ token: key.token }, own.credential.id],
    [desk.ada, desk.ada.id],
  ] as const)
    assert.equal((await ask(who, id)).problem?.code, 'not_found');
});

test('an agent can reach what it names while it works, for an owner who may', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const granted = { permissions: ['mcp:call'], resources: { mcp_tool: ['s/search'] } };
  const { agent, code } = await createAgent(desk.ada, { name: 'runner', ownerId: bob.id, ...granted });
  const reaching = async () => {
    const answer = await desk.ada.send('GET /api/v1/access?type=mcp_tool&id=s/search');
    const { items } = answer.body as unknown as ReachPageView;
    return items.filter(({ kind }) => kind === 'agent');
  };
  assert.deepEqual(await reaching(), [], 'nothing holds a secret of it yet');
  const { token } = await enrollByCode(desk, code);
  const owner = { id: bob.id, label: bob.email };
  const found = { kind: 'agent', id: agent.id, label: 'runner', reason: 'id', owner, expiresAt: null };
  assert.deepEqual(await reaching(), [found]);
  const explained = async (permission: string) =>
    (
      await desk.send('POST /api/v1/access/explain', {
        token,
        body: { credentialId: agent.id, permission },
      })
    ).body['sentence'];
  assert.equal(await explained('mcp:call'), 'The agent "runner" may use mcp:call.');
  assert.equal(
    await explained('agents:read'),
    'The agent "runner" may not use agents:read: no agent can hold that permission.',
  );
  const asOwner = await bob.send('POST /api/v1/access/explain', { body: { credentialId: agent.id } });
  assert.equal(asOwner.body['allowed'], true);
  const at = `/api/v1/agents/${agent.id}`;
  const ends: [string, object, string, object, string][] = [
    [`POST ${at}/pause`, { reason: 'why' }, `POST ${at}/resume`, {}, 'pause'],
    [`PATCH ${at}`, { enabled: false }, `PATCH ${at}`, { enabled: true }, 'grant'],
    [
      `PATCH /api/v1/users/${bob.id}`,
      { role: 'viewer' },
      `PATCH /api/v1/users/${bob.id}`,
      { role: 'member' },
      'role',
    ],
  ];
  for (const [off, body, on, back, decidedBy] of ends) {
    await desk.ada.send(off, { body });
    assert.deepEqual(await reaching(), [], off);
    const why = { credentialId: agent.id, permission: 'mcp:call' };
    const { body: said } = await desk.ada.send('POST /api/v1/access/explain', { body: why });
    assert.deepEqual([said['allowed'], said['decidedBy']], [false, decidedBy], JSON.stringify(said));
    await desk.ada.send(on, { body: back });
    assert.deepEqual(await reaching(), [found], on);
  }
  desk.clock.advance({ days: 14 });
  const ada = await signIn(desk, desk.ada.email, goodPassword);
  const later = await ada.send('GET /api/v1/access?type=mcp_tool&id=s/search');
  assert.ok(!later.text.includes(agent.id), 'its secret has expired');
});
