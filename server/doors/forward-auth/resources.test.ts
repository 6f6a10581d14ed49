import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from '#server/testing/caller.ts';
import { openDesk } from '#server/testing/desk.ts';

const door = '/api/v1/auth/forward';
const names = ['user', 'email', 'role', 'tenant', 'credential', 'actor', 'permissions'];
const identityOf = ({ headers }: Answer) => names.map((name) => headers.get(`keyward-${name}`));

test('a key passes for the resources that it reaches, is named as the key, and passes for no other', async () => {
  await using desk = await openDesk();
  const resources = { flow: ['nightly'], mcp_tool: ['s/search', 't/*'] };
  const { token, credential } = await desk.ada.createKey({
    name: 'billing',
    permissions: ['mcp:call'],
    resources,
  });
  for (const resource of ['flow:nightly', 'mcp_tool:s/search', 'mcp_tool:t/anything/at%20all']) {
    const passed = await desk.send(`GET ${door}?resource=${resource}`, { token });
    assert.equal(passed.status, 200, resource);
    const tenant = desk.ada.tenantId;
    const identity = ['', '', '', tenant, credential.id, `key:${credential.id}`, 'mcp:call'];
    assert.deepEqual(identityOf(passed), identity);
  }
  for (const resource of ['flow:nightlies', 'flow:*', 'mcp_tool:s/other', 'mcp_tool:s/*', 'agent:nightly']) {
    const refused = await desk.send(`GET ${door}?resource=${resource}`, { token });
    assert.equal(refused.problem?.code, 'resource_denied', resource);
    assert.equal(
      refused.headers.get('www-authenticate'),
      'Bearer realm="Keyward", error="insufficient_scope"',
    );
    assert.deepEqual(
      identityOf(refused),
      names.map(() => null),
    );
  }
  const both = (permission: string) =>
    desk.send(`GET ${door}?permission=${permission}&resource=flow:nightly`, { token });
  assert.equal((await both('mcp:call')).status, 200);
  assert.equal((await both('llm:call')).problem?.code, 'permission_denied');
  assert.equal((await desk.send(`GET ${door}`, { token })).problem?.code, 'permission_denied');
  assert.equal((await desk.send(`GET ${door}?resource=table:a`, { token })).status, 422);
  await desk.settle();
  const [row] = await desk.sql<{ actor_id: string; credential_id: string; detail: object }>(
    "select * from audit_events where action = 'access.denied' and code = 'resource_denied' order by sequence",
  );
  assert.deepEqual([row?.actor_id, row?.credential_id], [credential.id, credential.id]);
  assert.deepEqual(row?.detail, { resource: { type: 'flow', id: 'nightlies' } });
});

test('a personal token with resources reaches those only, one without and a session reach every one', async () => {
  await using desk = await openDesk();
  const bound = await desk.ada.createToken({ name: 'bound', resources: { flow: ['nightly'] } as never });
  const free = await desk.ada.createToken({ name: 'free' });
  const status = async (who: object, resource: string) =>
    (await desk.send(`GET ${door}${resource && `?resource=${resource}`}`, who)).status;
  assert.deepEqual(
    [await status(bound, 'flow:nightly'), await status(bound, 'flow:other'), await status(bound, '')],
    [200, 403, 403],
  );
  assert.deepEqual([await status(free, 'flow:other'), await status(free, '')], [200, 200]);
  assert.equal(await status({ cookie: desk.ada.cookie }, 'flow:other'), 200);
});
