import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerDetailView, ServerTestView } from '#server/gateway/mcp-servers/schema.ts';
import type { ToolPageView } from '#server/gateway/mcp-tools/schema.ts';
import { statusesOf, textOf } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { addServer, showServer } from '#server/testing/mcp/add-server.ts';
import { openLockedServer } from '#server/testing/mcp/broken-servers.ts';
import { openToolServer, tool } from '#server/testing/mcp/tool-server.ts';
import { expect } from '#server/testing/person.ts';

const settings = { KEYWARD_UPSTREAM_ALLOW: '127.0.0.1/32' };
const secret = 'Bearer upstream-secret-0123456789';

async function namesFor(desk: Desk, who: { token: string } | { cookie: string }): Promise<string[]> {
  const answer = expect(200, await desk.send('GET /api/v1/mcp/tools', who));
  return (answer.body as unknown as ToolPageView).items.map(({ name }) => name);
}

test('a manager adds a server, and each credential sees the tools that it was granted', async () => {
  await using desk = await openDesk({ settings });
  await using upstream = await openToolServer({ tools: [tool('search'), tool('delete'), tool('get.issue')] });
  const mia = await desk.join('Mia', 'manager');
  const bob = await desk.join('Bob', 'member');
  const { server, tools } = await addServer(mia, { alias: 'github', url: upstream.url });
  assert.equal(server.health.status, 'up');
  assert.deepEqual(
    tools.map(({ name, state }) => `${name} ${state}`),
    ['delete approved', 'get.issue approved', 'search approved'],
  );
  const all = ['github__delete', 'github__get_issue', 'github__search'];
  assert.deepEqual(await namesFor(desk, bob), all);
  const key = (mcp_tool: string[] | '*') =>
    desk.ada.createKey({
      name: JSON.stringify(mcp_tool),
      permissions: ['mcp:call'],
      resources: { mcp_tool },
    });
  const one = await key([`${server.id}/get.issue`]);
  const whole = await key([`${server.id}/*`]);
  const every = await key('*');
  const none = await key([]);
  assert.deepEqual(await namesFor(desk, one), ['github__get_issue']);
  assert.deepEqual(await namesFor(desk, whole), all);
  assert.deepEqual(await namesFor(desk, every), all);
  assert.deepEqual(await namesFor(desk, none), []);
  const paged = await desk.send('GET /api/v1/mcp/tools?limit=2', { token: every.token });
  const cursor = textOf(paged.body['nextCursor']);
  assert.deepEqual([(paged.body['items'] as unknown as []).length, Number(paged.body['total'])], [2, 3]);
  const rest = await desk.send(`GET /api/v1/mcp/tools?limit=2&cursor=${cursor}`, { token: every.token });
  assert.equal(rest.body['items']?.['0']?.['name'], 'github__search' as never);
  assert.equal(rest.body['nextCursor'], null as never);
  const found = await desk.send('GET /api/v1/mcp/tools?search=ISSUE', { token: every.token });
  assert.equal((found.body['items'] as unknown as []).length, 1);
  const get = (name: string, token: string) => desk.send(`GET /api/v1/mcp/tools/${name}`, { token });
  assert.deepEqual((await get('github__get_issue', one.token)).body['inputSchema'], tool('x').inputSchema);
  const [denied, unknown] = [await get('github__search', one.token), await get('github__nothing', one.token)];
  assert.deepEqual([denied.status, unknown.status], [404, 404]);
  assert.equal(denied.problem?.detail, unknown.problem?.detail);
  await desk.settle();
  const rows = await desk.sql("select detail from audit_events where action = 'access.denied'");
  assert.deepEqual(rows, [{ detail: { resource: { type: 'mcp_tool', id: `${server.id}/search` } } }]);
});

test('members call tools and do not look after servers', async () => {
  await using desk = await openDesk({ settings });
  await using upstream = await openToolServer();
  const bob = await desk.join('Bob', 'member');
  const { server } = await addServer(desk.ada, { alias: 'github', url: upstream.url });
  for (const call of ['GET /api/v1/mcp/servers', `GET /api/v1/mcp/servers/${server.id}`])
    assert.equal((await bob.send(call)).problem?.code, 'permission_denied');
});

test('the values of headers are sent, sealed, and shown nowhere', async () => {
  await using desk = await openDesk({ settings });
  await using upstream = await openToolServer({ needs: ['authorization', secret] });
  const { url } = upstream;
  const without = await desk.ada.send('POST /api/v1/mcp/servers/test', { body: { url } });
  assert.equal((without.body as unknown as ServerTestView).code, 'unauthorized');
  const auth = { auth: 'headers', headers: { Authorization: secret } };
  const added = await desk.ada.send('POST /api/v1/mcp/servers', { body: { alias: 'github', url, ...auth } });
  const { server } = added.body as unknown as ServerDetailView;
  assert.deepEqual([server.health.status, server.headers], ['up', ['authorization']]);
  const shown = [
    added,
    await desk.ada.send('GET /api/v1/mcp/servers'),
    await desk.ada.send('GET /api/v1/audit'),
  ];
  for (const { text } of shown) assert.ok(!text.includes('upstream-secret'), text);
  assert.ok(!desk.logged.join('').includes('upstream-secret'));
  const [row] = await desk.sql<{ text: string }>(
    'select encode(headers_sealed, $1) as text from mcp_servers',
    ['escape'],
  );
  assert.ok(row && !row.text.includes('upstream-secret'));
});

test('who cannot read headers cannot have them sent elsewhere', async () => {
  await using desk = await openDesk({ settings });
  await using upstream = await openToolServer();
  await using thief = await openToolServer();
  const auth = { auth: 'headers', headers: { Authorization: secret } };
  const { server } = await addServer(desk.ada, { alias: 'github', url: upstream.url, ...auth });
  const patch = (body: object) => desk.ada.send(`PATCH /api/v1/mcp/servers/${server.id}`, { body });
  const refused = await patch({ url: thief.url });
  assert.equal(refused.status, 422);
  assert.match(refused.text, /Give the headers again/);
  assert.equal(thief.hits.length, 0);
  expect(200, await patch({ url: `${upstream.url}?region=eu` }));
  expect(200, await patch({ url: thief.url, headers: { Authorization: 'Bearer other' } }));
  assert.ok(thief.hits.length > 0);
  assert.ok(!JSON.stringify(thief.hits).includes('upstream-secret'));
  expect(200, await patch({ auth: 'none' }));
  assert.equal((await patch({ auth: 'headers' })).status, 422);
  const rows = await desk.sql(
    "select detail from audit_events where action = 'mcp_server.update' order by sequence",
  );
  assert.deepEqual(rows.at(-1), {
    detail: {
      changes: { auth: { from: 'headers', to: 'none' }, headers: { from: ['authorization'], to: [] } },
    },
  });
});

test('another alias shows tools under other names and changes no grant', async () => {
  await using desk = await openDesk({ settings });
  await using upstream = await openToolServer({ tools: [tool('get')] });
  const { server } = await addServer(desk.ada, { alias: 'x', url: upstream.url });
  await addServer(desk.ada, { alias: 'y', url: upstream.url });
  const key = await desk.ada.createKey({
    name: 'k',
    permissions: ['mcp:call'],
    resources: { mcp_tool: [`${server.id}/get`] },
  });
  const rename = (alias: string) =>
    desk.ada.send(`PATCH /api/v1/mcp/servers/${server.id}`, { body: { alias } });
  assert.equal((await rename('y')).problem?.code, 'name_taken');
  expect(200, await rename('z'));
  assert.deepEqual(await namesFor(desk, key), ['z__get']);
});

test('a server that is off or removed offers nothing', async () => {
  await using desk = await openDesk({ settings });
  await using upstream = await openToolServer({ tools: [tool('get')] });
  const { server } = await addServer(desk.ada, { alias: 'x', url: upstream.url });
  const path = `/api/v1/mcp/servers/${server.id}`;
  expect(200, await desk.ada.send(`PATCH ${path}`, { body: { enabled: false } }));
  assert.deepEqual(await namesFor(desk, desk.ada), []);
  expect(200, await desk.ada.send(`PATCH ${path}`, { body: { enabled: true } }));
  assert.deepEqual(await namesFor(desk, desk.ada), ['x__get']);
  expect(204, await desk.ada.send(`DELETE ${path}`));
  assert.deepEqual(await namesFor(desk, desk.ada), []);
  assert.equal((await desk.ada.send(`GET ${path}`)).status, 404);
});

test('a server that fails is degraded, then down, and up again once it answers', async () => {
  await using desk = await openDesk({ settings });
  const upstream = await openToolServer();
  const { server } = await addServer(desk.ada, { alias: 'x', url: upstream.url });
  await upstream[Symbol.asyncDispose]();
  const health = async () => {
    desk.clock.advance({ minutes: 6 });
    await desk.sql("insert into pgboss.job (name, data) values ('mcp-health', '{}')");
    await desk.runJobs();
    return (await showServer(desk.ada, server.id)).server.health;
  };
  assert.equal((await health()).status, 'degraded');
  const down = await health();
  assert.deepEqual([down.status, down.fault], ['down', 'unreachable']);
  await using _again = await openToolServer({ port: upstream.port });
  assert.equal((await health()).status, 'up');
  const rows = await desk.sql<{ action: string }>(
    "select action from audit_events where action like 'mcp_server.%' order by sequence",
  );
  assert.deepEqual(
    rows.map(({ action }) => action),
    ['mcp_server.create', 'mcp_server.fail', 'mcp_server.recover'],
  );
  desk.clock.advance({ minutes: 61 });
  const before = await showServer(desk.ada, server.id);
  await health();
  assert.deepEqual((await showServer(desk.ada, server.id)).server.health, before.server.health);
});

test('bad input has its path, and an address on this network is refused unless it is allowed', async () => {
  await using desk = await openDesk();
  await using canary = await openLockedServer();
  const { url } = canary;
  const cases: [object, string][] = [
    [{ alias: 'x', url }, 'url'],
    [{ alias: 'x', url: 'https://169.254.169.254/latest' }, 'url'],
    [{ alias: 'x', url: 'https://localhost:22/mcp' }, 'url'],
    [{ alias: 'X', url: 'https://tools.example/mcp' }, 'alias'],
    [{ alias: 'x', url: 'https://tools.example/mcp', auth: 'oauth_user' }, 'auth'],
    [{ alias: 'x', url: 'https://tools.example/mcp', transport: 'sse' }, 'transport'],
    [{ alias: 'x', url: 'https://tools.example/mcp', auth: 'headers' }, 'headers'],
    [{ alias: 'x', url: 'https://tools.example/mcp', headers: { a: 'b' } }, 'headers'],
    [{ alias: 'x', url: 'https://tools.example/mcp', timeoutSeconds: 601 }, 'timeoutSeconds'],
    [{ alias: 'x', url: 'https://tools.example/mcp', costUsdPerCall: -1 }, 'costUsdPerCall'],
    [
      { alias: 'x', url: 'https://tools.example/mcp', auth: 'headers', headers: { host: 'b' } },
      'headers.host',
    ],
    [
      { alias: 'x', url: 'https://tools.example/mcp', auth: 'headers', headers: { a: 'b\r\nc: d' } },
      'headers.a',
    ],
  ];
  for (const [body, path] of cases) {
    const answer = await desk.ada.send('POST /api/v1/mcp/servers', { body });
    assert.equal(answer.status, 422, answer.text);
    assert.equal(answer.problem?.errors?.[0]?.path, path, answer.text);
  }
  const tested = await desk.ada.send('POST /api/v1/mcp/servers/test', { body: { url } });
  assert.equal((tested.body as unknown as ServerTestView).code, 'address_refused');
  assert.equal(canary.connections(), 0);
});

test('a hundred servers are the most, also for those that are added at once', async () => {
  await using desk = await openDesk({ settings });
  await using upstream = await openToolServer();
  await addServer(desk.ada, { alias: 'first', url: upstream.url });
  await desk.sql(`insert into mcp_servers
    select gen_random_uuid(), tenant_id, 'copy-' || n, url, transport, auth, header_names, headers_sealed, timeout_seconds, total_seconds,
      max_concurrent, enabled, trusted, nano_usd_per_call, created_at, created_by, health, health_since, fault, tools_left_out, failures,
      checked_at, next_check_at, last_used_at
    from mcp_servers, generate_series(1, 98) n`);
  const answers = await Promise.all(
    ['a', 'b', 'c'].map((alias) =>
      desk.ada.send('POST /api/v1/mcp/servers', { body: { alias, url: upstream.url } }),
    ),
  );
  assert.deepEqual(statusesOf(answers), [201, 409, 409]);
});

test('a server says how many credentials name it or one of its tools, and no others', async () => {
  await using desk = await openDesk({ settings });
  await using upstream = await openToolServer();
  const { server } = await addServer(desk.ada, { alias: 'x', url: upstream.url });
  const name = (key: string, mcp_tool: '*' | string[]) =>
    desk.ada.createKey({ name: key, permissions: ['mcp:call'], resources: { mcp_tool } });
  await name('all of it', [`${server.id}/*`]);
  const { credential } = await name('one of it', [`${server.id}/echo`]);
  await name('every tool', '*');
  await name('another', ['019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401/echo']);
  assert.equal((await showServer(desk.ada, server.id)).grants, 2);
  await desk.ada.send(`DELETE /api/v1/api-keys/${credential.id}`);
  assert.equal((await showServer(desk.ada, server.id)).grants, 1);
});
