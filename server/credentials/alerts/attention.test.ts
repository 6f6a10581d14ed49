import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AttentionView } from '#server/credentials/alerts/schema.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { createAgent } from '#server/testing/enrollment.ts';
import { addServer, relistTools } from '#server/testing/mcp/add-server.ts';
import { openToolServer, tool } from '#server/testing/mcp/tool-server.ts';

async function reasons(desk: Desk): Promise<string[]> {
  const answer = await desk.ada.send('GET /api/v1/admin/attention');
  assert.equal(answer.status, 200, answer.text);
  return (answer.body as unknown as AttentionView).items.map(
    ({ reason, token, agent, server }) => `${reason} ${(token ?? agent)?.name ?? server?.alias}`,
  );
}

test('each reason is found once it is there, and not before', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const carol = await desk.join('Carol', 'member');
  const left = await carol.createToken({ name: 'left' });
  await carol.createToken({ name: 'left but expired' });
  await desk.sql(
    "update credentials set created_at = now() - interval '9 days', expires_at = now() - interval '8 days' where name = 'left but expired'",
  );
  const gone = await bob.createToken({ name: 'gone' });
  await bob.createToken({ name: 'fresh', expiresInDays: null });
  const old = await bob.createToken({ name: 'old', expiresInDays: null });
  const moved = await bob.createToken({ name: 'moved' });
  assert.deepEqual(await reasons(desk), []);

  await desk.sql("update credentials set created_at = now() - interval '100 days' where id = $1", [
    old.credential.id,
  ]);
  assert.deepEqual(await reasons(desk), ['eternal_unused old']);

  await desk.sql(
    "update credential_last_use set last_used_ip = '192.0.2.99', last_used_at = now() where credential_id = $1",
    [moved.credential.id],
  );
  await desk.send('GET /api/v1/me', { token: moved.token });
  await bob.revokeToken(gone.credential.id);
  await desk.send('GET /api/v1/me', { token: gone.token });
  await desk.settle();
  await desk.ada.send(`POST /api/v1/users/${carol.id}/deactivate`, { body: {} });
  assert.deepEqual(await reasons(desk), [
    'knocking gone',
    'owner_gone left',
    'new_address moved',
    'eternal_unused old',
  ]);
  await desk.ada.send(`DELETE /api/v1/admin/tokens/${left.credential.id}`);
  assert.ok(!(await reasons(desk)).includes('owner_gone left'));
});

test('only admins are told, and of their own tenant', async () => {
  await using desk = await openDesk();
  const mia = await desk.join('Mia', 'manager');
  assert.equal((await mia.send('GET /api/v1/admin/attention')).status, 403);
  await desk.sql(`insert into tenants (id, slug, name, created_at) values ('019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401', 'other', 'Other', now());
    insert into users (id, tenant_id, email, name, role, created_at, deactivated_at)
      values ('019aa8b4-6f00-7cc3-98c5-dc9fd1c5a402', '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401', 'eve@other.example', 'Eve', 'admin', now(), now());
    insert into credentials (id, tenant_id, kind, owner_user_id, name, permissions, created_at)
      values ('019aa8b4-6f00-7cc3-98c5-dc9fd1c5a403', '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401', 'pat', '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a402', 'theirs', array['*'], now() - interval '1 year');
    insert into secrets (hash, credential_id, prefix, epoch, state, created_at)
      values (sha256('x'), '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a403', 'kw_pat_theirs00', 1, 'current', now())`);
  assert.deepEqual(await reasons(desk), []);
});

test('an agent is found that is stuck, seems to run twice, or whose owner is gone, and no more once that is settled', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { agent } = await createAgent(desk.ada, { name: 'runner', ownerId: bob.id });
  assert.deepEqual(await reasons(desk), []);
  await desk.sql(
    "update agents set stuck_at = now(), clone_suspected_at = now(), host = 'copy', address = '192.0.2.7'",
  );
  await desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { body: {} });
  const { items } = (await desk.ada.send('GET /api/v1/admin/attention')).body as unknown as AttentionView;
  assert.deepEqual(
    items.map(({ reason, evidence }) => `${reason}: ${evidence}`),
    [
      'clone_suspected: Seems to run in two places, last on copy from 192.0.2.7.',
      'rotation_stuck: Three new secrets were delivered and not confirmed. It works on with its old one until that expires.',
      'agent_orphaned: bob@example.com is gone, so it is refused until it is transferred.',
    ],
  );
  assert.deepEqual(items[0]?.agent, {
    id: agent.id,
    name: 'runner',
    owner: { id: bob.id, email: bob.email },
  });
  const at = `POST /api/v1/agents/${agent.id}`;
  await desk.ada.send(`${at}/transfer`, { body: { userId: desk.ada.id } });
  await desk.ada.send(`${at}/pause`, { body: { reason: 'copied' } });
  await desk.ada.send(`${at}/resume`);
  assert.deepEqual(await reasons(desk), ['rotation_stuck runner']);
  await desk.ada.send(`DELETE /api/v1/agents/${agent.id}`);
  assert.deepEqual(await reasons(desk), []);
});

test('a tool server is found that is down or whose tools are held back or hidden, and no more once that is settled or it is off', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_UPSTREAM_ALLOW: '127.0.0.1/32' } });
  await using upstream = await openToolServer({ tools: [tool('search'), tool('get')] });
  const { server } = await addServer(desk.ada, { alias: 'github', url: upstream.url });
  const at = `/api/v1/mcp/servers/${server.id}`;
  assert.deepEqual(await reasons(desk), []);
  upstream.tools = [tool('search', { title: 'Other' }), tool('get'), tool('GET'), tool('late')];
  await relistTools(desk.ada, server.id);
  await desk.sql("update mcp_servers set health = 'down', fault = 'timeout'");
  const { items } = (await desk.ada.send('GET /api/v1/admin/attention')).body as unknown as AttentionView;
  assert.deepEqual(
    items.map(({ reason, evidence }) => `${reason}: ${evidence}`),
    [
      'server_down: Its calls are refused: it does not answer in time.',
      'tools_held: Read what they say, and approve them: 1 new, 1 changed.',
      'tools_hidden: Other tools have the name of 1 tool. Change the alias of one of the servers.',
    ],
  );
  assert.deepEqual(items[0]?.server, { id: server.id, alias: 'github' });
  await desk.ada.send(`POST ${at}/approve`, { body: {} });
  assert.deepEqual(await reasons(desk), ['server_down github', 'tools_hidden github']);
  upstream.tools = [tool('search', { title: 'Other' })];
  await relistTools(desk.ada, server.id);
  assert.deepEqual(await reasons(desk), []);
  await desk.sql("update mcp_servers set health = 'down', fault = 'timeout'");
  await desk.ada.send(`PATCH ${at}`, { body: { enabled: false } });
  assert.deepEqual(await reasons(desk), []);
});
