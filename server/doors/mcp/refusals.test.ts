import assert from 'node:assert/strict';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { createMcpCaller } from '#server/testing/mcp/mcp-caller.ts';

const tooLarge = { 'content-type': 'application/json', 'content-length': '4194305' };

/** With what `fetch` does not let one send. Answers the status and headers. */
function sendRaw(
  desk: Desk,
  { method = 'POST', headers = {}, body = '' },
): Promise<[number, Headers, string]> {
  const { hostname, port } = new URL(desk.origin);
  const { promise, resolve, reject } = Promise.withResolvers<[number, Headers, string]>();
  request({ hostname, port, method, path: '/mcp', headers, agent: false }, (res) => {
    void text(res).then((said) =>
      resolve([res.statusCode ?? 0, new Headers(res.headersDistinct as never), said]),
    );
  })
    .on('error', reject)
    .end(body);
  return promise;
}

async function openCaller(desk: Desk) {
  const { token } = await desk.ada.createToken({ name: 'all' });
  return { token, mcp: createMcpCaller(desk, token) };
}

test('a request is refused by the first of what is wrong with it', async (t) => {
  await using desk = await openDesk({ settings: { KEYWARD_RATE_LIMIT: '1/1' } });
  const { token } = await desk.ada.createToken({ name: 'all' });
  const authorization = `Bearer ${token}`;
  const refusedBy = async (options: Parameters<typeof sendRaw>[1]) => (await sendRaw(desk, options))[0];
  const foreign = { origin: 'https://evil.example' };
  await t.test('a foreign page, before its method', async () =>
    assert.equal(await refusedBy({ method: 'GET', headers: foreign }), 403),
  );
  await t.test('a host that is not ours', async () =>
    assert.equal(await refusedBy({ headers: { host: 'evil.example', authorization } }), 403),
  );
  await t.test('a foreign page with a token', async () =>
    assert.equal(await refusedBy({ headers: { ...foreign, authorization } }), 403),
  );
  await t.test('OPTIONS is answered', async () => assert.equal(await refusedBy({ method: 'OPTIONS' }), 204));
  for (const method of ['GET', 'DELETE', 'PUT'])
    await t.test(`${method}, before its token`, async () => {
      const [status, headers] = await sendRaw(desk, { method });
      assert.deepEqual([status, headers.get('allow')], [405, 'POST']);
    });
  await t.test('no token, before its size', async () =>
    assert.equal(await refusedBy({ headers: tooLarge }), 401),
  );
  await t.test('its size', async () =>
    assert.equal(await refusedBy({ headers: { ...tooLarge, authorization } }), 413),
  );
  await t.test('a limit, before its size', async () =>
    assert.equal(await refusedBy({ headers: { ...tooLarge, authorization } }), 429),
  );
});

test('a session is no credential here', async () => {
  await using desk = await openDesk();
  const body = { jsonrpc: '2.0', id: 1, method: 'ping' };
  const { status } = await desk.ada.send('POST /mcp', { body, headers: { origin: 'http://localhost' } });
  assert.notEqual(status, 200);
  assert.equal((await desk.ada.send('POST /mcp', { body })).status, 401);
});

test('who is refused learns which permission is needed, and where that is described', async () => {
  await using desk = await openDesk();
  const challengeOf = async (token?: string) => {
    const answer = await desk.send('POST /mcp', { ...(token && { token }), body: {} });
    return [answer.status, answer.headers.get('www-authenticate')] as const;
  };
  const [, anonymous] = await challengeOf();
  const metadata = `resource_metadata="${desk.origin}/.well-known/oauth-protected-resource/mcp"`;
  assert.equal(anonymous, `Bearer ${metadata}, scope="mcp:call"`);
  assert.deepEqual(await challengeOf('kw_pat_nothing'), [
    401,
    `Bearer error="invalid_token", ${metadata}, scope="mcp:call"`,
  ]);
  const { token } = await desk.ada.createToken({ name: 'narrow', permissions: ['tokens:read'] });
  assert.deepEqual(await challengeOf(token), [
    403,
    `Bearer error="insufficient_scope", ${metadata}, scope="mcp:call"`,
  ]);
  await desk.settle();
  const denied = await desk.sql("select code from audit_events where action = 'access.denied'");
  assert.deepEqual(denied, [{ code: 'permission_denied' }]);
});

test('the metadata of the resource is one document at two addresses, without an authorization server', async () => {
  await using desk = await openDesk();
  for (const path of ['', '/mcp']) {
    const { status, body } = await desk.send(`GET /.well-known/oauth-protected-resource${path}`);
    assert.equal(status, 200);
    assert.deepEqual(body, {
      resource: `${desk.origin}/mcp`,
      resource_name: 'Keyward',
      scopes_supported: ['mcp:call'],
      bearer_methods_supported: ['header'],
    });
  }
});

type Refused = [
  name: string,
  status: number,
  code: number | undefined,
  send: () => Promise<{ status: number; body: unknown }>,
];

test('what is wrong with a message is said in the words of JSON-RPC', async (t: TestContext) => {
  await using desk = await openDesk();
  const { mcp, token } = await openCaller(desk);
  const post = (body: string, headers = {}) =>
    desk.send('POST /mcp', {
      token,
      text: body,
      headers: { 'content-type': 'application/json', ...headers },
    });
  const list = { jsonrpc: '2.0', id: 1, method: 'ping' };
  const deep = (depth: number) =>
    mcp.sendOlder('tools/call', {
      name: 'nothing',
      arguments: JSON.parse('{"a":'.repeat(depth) + '1' + '}'.repeat(depth)) as object,
    });
  const refusals: Refused[] = [
    ['an array', 400, -32_600, () => post(JSON.stringify([list]))],
    ['an empty body', 400, -32_600, () => post('')],
    ['no JSON', 400, -32_700, () => post('{"jsonrpc":')],
    ['no JSON-RPC', 400, -32_600, () => post('{"id":1,"method":"ping"}')],
    [
      'an unknown revision',
      400,
      -32_022,
      () => post(JSON.stringify(list), { 'mcp-protocol-version': '2030-01-01' }),
    ],
    [
      'an older revision in the body',
      400,
      -32_022,
      () => mcp.send('tools/list', {}, { meta: { 'io.modelcontextprotocol/protocolVersion': '2025-11-25' } }),
    ],
    [
      'an unknown revision, before a header',
      400,
      -32_022,
      () =>
        mcp.send(
          'tools/list',
          {},
          { headers: { 'mcp-protocol-version': '2030-01-01', 'mcp-method': 'ping' } },
        ),
    ],
    [
      'another method in the header',
      400,
      -32_020,
      () => mcp.send('tools/list', {}, { headers: { 'mcp-method': 'tools/call' } }),
    ],
    [
      'another tool in the header',
      400,
      -32_020,
      () => mcp.send('tools/call', { name: 'whoami' }, { headers: { 'mcp-name': 'list_tokens' } }),
    ],
    [
      'another revision in the header',
      400,
      -32_020,
      () => mcp.send('tools/list', {}, { headers: { 'mcp-protocol-version': '2025-11-25' } }),
    ],
    [
      'no header of the method',
      400,
      -32_020,
      () => mcp.send('tools/list', {}, { headers: { 'mcp-method': undefined } }),
    ],
    [
      'a header, before the method',
      400,
      -32_020,
      () => mcp.send('no/method', {}, { headers: { 'mcp-method': 'ping' } }),
    ],
    [
      'no capabilities',
      400,
      -32_602,
      () => mcp.send('tools/list', {}, { meta: { 'io.modelcontextprotocol/clientCapabilities': undefined } }),
    ],
    ['an unknown method', 404, -32_601, () => mcp.send('no/method')],
    ['an unknown method of before', 404, -32_601, () => mcp.sendOlder('no/method')],
    ['a method of an object', 404, -32_601, () => mcp.send('constructor')],
    ['a method of the other revision', 404, -32_601, () => mcp.send('ping')],
    ['one of the newer revision', 404, -32_601, () => mcp.sendOlder('server/discover')],
    ['a cursor of somewhere else', 200, -32_602, () => mcp.send('tools/list', { cursor: 'x' })],
    ['arguments nested too deep', 400, -32_602, () => deep(65)],
    ['arguments nested as deep as they may be', 200, -32_602, () => deep(64)],
  ];
  for (const [name, status, code, send] of refusals)
    await t.test(name, async () => {
      const answer = await send();
      const { error } = answer.body as { error?: { code: number } };
      assert.deepEqual([answer.status, error?.code], [status, code]);
    });
  await t.test('it says which revisions there are', async () => {
    const { body } = await mcp.sendOlder('ping', {}, { headers: { 'mcp-protocol-version': 'x' } });
    const { supported } = (body['error']?.['data'] ?? {}) as { supported?: unknown };
    assert.deepEqual((supported as string[]).slice(0, 2), ['2026-07-28', '2025-11-25']);
  });
});

test('a name in base64 is the same name', async () => {
  await using desk = await openDesk();
  const { mcp } = await openCaller(desk);
  const headers = { 'mcp-name': `=?base64?${Buffer.from('whoami').toString('base64')}?=` };
  assert.equal((await mcp.send('tools/call', { name: 'whoami' }, { headers })).status, 200);
});

test('the host is ours by its name, by an address, or by a name that others cannot point here', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_URL: 'https://keyward.example.com' } });
  const { token } = await desk.ada.createToken({ name: 'all' });
  const authorization = `Bearer ${token}`;
  for (const host of ['keyward.example.com', '192.0.2.7:3000', 'keyward:3000', '[::1]:3000'])
    assert.notEqual((await sendRaw(desk, { headers: { host, authorization } }))[0], 403, host);
  for (const host of ['evil.example.com', 'keyward.example.com.evil.example'])
    assert.equal((await sendRaw(desk, { headers: { host, authorization } }))[0], 403, host);
});

test('of one credential 64 requests run at a time, and others are not kept waiting', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_MCP_CALLS: '1' } });
  const { token } = await desk.ada.createToken({ name: 'one' });
  const other = await openCaller(desk);
  // It says that it sends more than it does.
  const slow = request(`${desk.origin}/mcp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': '100',
    },
  }).on('error', () => {});
  slow.write('{');
  while (desk.runtime.openCalls.calls.held() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const second = await createMcpCaller(desk, token).send('tools/list');
  assert.deepEqual([second.status, second.headers.get('retry-after')], [429, '1']);
  assert.equal((await other.mcp.send('tools/list')).status, 200);
  slow.destroy();
});
