import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Json } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { addServer } from '#server/testing/mcp/add-server.ts';
import { createMcpCaller } from '#server/testing/mcp/mcp-caller.ts';
import { openToolServer, tool } from '#server/testing/mcp/tool-server.ts';

const settings = { KEYWARD_UPSTREAM_ALLOW: '127.0.0.1/32' };

const namesIn = (body: Json) =>
  (body as unknown as { result: { tools: { name: string }[] } }).result.tools.map(({ name }) => name);

async function openClient(desk: Desk, token: string, mode: 'auto' | 'legacy'): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${desk.origin}/mcp`), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  );
  return client;
}

for (const [mode, era] of [
  ['auto', 'modern'],
  ['legacy', 'legacy'],
] as const)
  test(`a ${era} client of the SDK lists and calls what its credential reaches`, async () => {
    await using desk = await openDesk({ settings });
    await using upstream = await openToolServer({ tools: [tool('echo', { title: 'Echo' }), tool('other')] });
    await addServer(desk.ada, { alias: 'fixture', url: upstream.url });
    const { token } = await desk.ada.createToken({ name: 'all' });
    const client = await openClient(desk, token, mode);
    assert.equal(client.getProtocolEra(), era);
    assert.match(client.getInstructions() ?? '', /tool servers/);
    const { tools } = await client.listTools();
    assert.deepEqual(
      tools.map(({ name }) => name),
      [
        'explain_access',
        'list_agents',
        'list_tokens',
        'revoke_token',
        'rotate_agent_token',
        'whoami',
        'fixture__echo',
        'fixture__other',
      ],
    );
    assert.equal(tools.find(({ name }) => name === 'fixture__echo')?.title, 'Echo');
    const called = await client.callTool({ name: 'fixture__echo', arguments: { text: 'hello' } });
    assert.deepEqual(called.content, [{ type: 'text', text: 'hello' }]);
    await client.close();
  });

test('a credential lists what it reaches; another tool is answered as one that is not there, and audited', async () => {
  await using desk = await openDesk({ settings });
  await using upstream = await openToolServer({ tools: [tool('echo'), tool('other')] });
  const { server } = await addServer(desk.ada, { alias: 'fixture', url: upstream.url });
  const resources = { mcp_tool: [`${server.id}/echo`] };
  const key = await desk.ada.createKey({ name: 'narrow', permissions: ['mcp:call'], resources });
  const mcp = createMcpCaller(desk, key.token);
  const listed = await mcp.send('tools/list');
  assert.deepEqual(namesIn(listed.body), ['explain_access', 'whoami', 'fixture__echo']);
  assert.equal(listed.body['result']?.['cacheScope'], 'private');
  assert.equal(
    (await mcp.send('tools/call', { name: 'fixture__echo' })).body['result']?.['isError'],
    undefined,
  );
  const [denied, unknown] = [
    await mcp.send('tools/call', { name: 'fixture__other' }),
    await mcp.send('tools/call', { name: 'fixture__nothing' }),
  ];
  assert.equal(denied.text.replaceAll('other', 'nothing'), unknown.text);
  assert.equal(denied.body['error']?.['code'], -32_602);
  await desk.settle();
  const rows = await desk.sql(
    "select action, outcome, resource_label, detail from audit_events where action in ('access.denied', 'mcp_tool.call') order by sequence",
  );
  assert.deepEqual(rows, [
    { action: 'mcp_tool.call', outcome: 'ok', resource_label: 'fixture__echo', detail: { tool: 'echo' } },
    {
      action: 'access.denied',
      outcome: 'denied',
      resource_label: null,
      detail: { resource: { type: 'mcp_tool', id: `${server.id}/other` } },
    },
  ]);
  assert.deepEqual(
    upstream.hits.filter(({ headers }) => headers['mcp-name'] === 'other'),
    [],
  );
});

test('calls of one tool by one credential are one row a minute with a count', async () => {
  await using desk = await openDesk({ settings });
  await using upstream = await openToolServer();
  await addServer(desk.ada, { alias: 'fixture', url: upstream.url });
  const { token } = await desk.ada.createToken({ name: 'all' });
  const mcp = createMcpCaller(desk, token);
  for (let at = 0; at < 5; at++)
    await mcp.send('tools/call', { name: 'fixture__echo', arguments: { text: 'secret words' } });
  desk.clock.advance({ seconds: 61 });
  await desk.settle();
  const rows = await desk.sql<{ detail: object }>(
    "select detail from audit_events where action = 'mcp_tool.call' order by sequence",
  );
  assert.deepEqual(rows, [{ detail: { tool: 'echo' } }, { detail: { tool: 'echo', count: 4 } }]);
});

test('tools of more than a page are listed page by page, each once', async () => {
  await using desk = await openDesk({ settings });
  const tools = Array.from({ length: 600 }, (_, at) => tool(`t${at}`));
  await using upstream = await openToolServer({ tools });
  await addServer(desk.ada, { alias: 'fixture', url: upstream.url });
  const { token } = await desk.ada.createToken({ name: 'all' });
  const mcp = createMcpCaller(desk, token);
  const first = await mcp.send('tools/list');
  const second = await mcp.send('tools/list', { cursor: first.body['result']?.['nextCursor'] });
  assert.equal(namesIn(first.body).length, 500);
  assert.equal(new Set([...namesIn(first.body), ...namesIn(second.body)]).size, 606);
  assert.equal(second.body['result']?.['nextCursor'], undefined);
});

test('a list without a tool of a server says why', async (t) => {
  await using desk = await openDesk({ settings });
  await using upstream = await openToolServer();
  const { token } = await desk.ada.createToken({ name: 'all' });
  const mcp = createMcpCaller(desk, token);
  const why = async (caller = mcp) => {
    const { body } = await caller.send('tools/list');
    return (body['result']?.['_meta']?.['keyward/why'] as { code?: unknown } | undefined)?.code;
  };
  await t.test('no servers', async () => {
    assert.equal(await why(), 'no_servers');
    const { text } = await mcp.send('server/discover');
    assert.match(text, /There are no tool servers yet/);
  });
  const { server } = await addServer(desk.ada, { alias: 'fixture', url: upstream.url });
  await t.test('none granted', async () => {
    const key = await desk.ada.createKey({ name: 'none', permissions: ['mcp:call'] });
    assert.equal(await why(createMcpCaller(desk, key.token)), 'none_granted');
  });
  await t.test('with tools it says nothing', async () => assert.equal(await why(), undefined));
  await t.test('held back', async () => {
    upstream.tools = [tool('echo', { description: 'Other words' })];
    await desk.ada.send(`POST /api/v1/mcp/servers/${server.id}/test`);
    assert.equal(await why(), 'held_back');
  });
});

test('what a tool wants repeated as a header has to be', async () => {
  await using desk = await openDesk({ settings });
  const inputSchema = {
    type: 'object',
    properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
  } as const;
  await using upstream = await openToolServer({ tools: [tool('echo', { inputSchema })] });
  await addServer(desk.ada, { alias: 'fixture', url: upstream.url });
  const { token } = await desk.ada.createToken({ name: 'all' });
  const mcp = createMcpCaller(desk, token);
  const call = (headers: Record<string, string>) =>
    mcp.send('tools/call', { name: 'fixture__echo', arguments: { region: 'eu' } }, { headers });
  assert.equal((await call({ 'mcp-param-region': 'eu' })).status, 200);
  for (const headers of [{}, { 'mcp-param-region': 'us' }] as Record<string, string>[]) {
    const refused = await call(headers);
    assert.deepEqual([refused.status, refused.body['error']?.['code'] as unknown], [400, -32_020]);
  }
});

test('what a server wants to ask goes to the client, and its answers back; with an older client the call fails', async () => {
  await using desk = await openDesk({ settings });
  const question = {
    method: 'elicitation/create',
    params: { mode: 'form', message: 'Which?', requestedSchema: { type: 'object', properties: {} } },
  };
  const asking = { resultType: 'input_required', inputRequests: { which: question }, requestState: 'opaque' };
  let isAsking = true;
  await using upstream = await openToolServer({ run: () => Promise.resolve(isAsking ? asking : 'done') });
  await addServer(desk.ada, { alias: 'fixture', url: upstream.url });
  const { token } = await desk.ada.createToken({ name: 'all' });
  const mcp = createMcpCaller(desk, token);
  const capabilities = { elicitation: { form: {} } };
  const asked = await mcp.send('tools/call', { name: 'fixture__echo' }, { capabilities });
  const { _meta, ...result } = asked.body['result'] as unknown as Record<string, unknown>;
  assert.deepEqual(result, asking);
  assert.deepEqual(Object.keys(_meta as object), ['io.modelcontextprotocol/serverInfo']);
  const older = await mcp.sendOlder('tools/call', { name: 'fixture__echo' });
  assert.match(older.text, /"isError":true/);
  isAsking = false;
  const inputResponses = { which: { action: 'accept', content: {} } };
  await mcp.send(
    'tools/call',
    { name: 'fixture__echo', inputResponses, requestState: 'opaque' },
    { capabilities },
  );
  const sent = JSON.parse(upstream.hits.at(-1)?.body ?? '') as {
    params: Record<string, Record<string, unknown>>;
  };
  assert.deepEqual(sent.params['inputResponses'], inputResponses);
  assert.equal(sent.params['requestState'], 'opaque');
  assert.deepEqual(sent.params['_meta']?.['io.modelcontextprotocol/clientCapabilities'], capabilities);
});

test('what a tool needs of a client that did not say that it can do it is named, by its kind alone', async () => {
  await using desk = await openDesk({ settings });
  const data = { requiredCapabilities: { elicitation: { form: { 'planted secret': true } }, other: {} } };
  await using upstream = await openToolServer({
    run: () => Promise.reject(Object.assign(new Error('no'), { code: -32_021, data })),
  });
  await addServer(desk.ada, { alias: 'fixture', url: upstream.url });
  const { token } = await desk.ada.createToken({ name: 'all' });
  const mcp = createMcpCaller(desk, token);
  const { status, body } = await mcp.send('tools/call', { name: 'fixture__echo' });
  const { error } = body as unknown as { error: { code: number; data: object } };
  assert.deepEqual(
    [status, error.code, error.data],
    [400, -32_021, { requiredCapabilities: { elicitation: { form: {} } } }],
  );
  assert.match((await mcp.sendOlder('tools/call', { name: 'fixture__echo' })).text, /"isError":true/);
});
