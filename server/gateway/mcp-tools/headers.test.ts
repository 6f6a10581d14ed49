import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { createCtx, noReply } from '#server/core/access/context.ts';
import { checkToken } from '#server/core/authentication/authenticate.ts';
import { callTool } from '#server/gateway/mcp-servers/call-tool.ts';
import { findReachableTool } from '#server/gateway/mcp-tools/list-tools.ts';
import { headerValue, paramHeaders } from '#server/gateway/mcp-tools/write-headers.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { addServer } from '#server/testing/mcp/add-server.ts';
import { openToolServer } from '#server/testing/mcp/tool-server.ts';

const settings = { KEYWARD_UPSTREAM_ALLOW: '127.0.0.1/32' };
/** What a caller sends along, in every place where it can. */
const planted = Array.from({ length: 6 }, (_, at) => `planted-secret-${at}`);

/** A caller with a token, as a door has it. */
async function ctxOf({ runtime }: Desk, token: string) {
  const request = {
    id: '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401',
    address: '127.0.0.1',
    userAgent: planted[0] ?? '',
    cookie: `keyward_session=${planted[1]}`,
    endpoint: `POST /mcp?${planted[2]}`,
  };
  const verdict = await checkToken(runtime, token, request);
  assert.ok('principal' in verdict);
  return createCtx(runtime, { request, reply: noReply, principal: verdict.principal });
}

async function callEcho(desk: Desk, token: string) {
  const ctx = await ctxOf(desk, token);
  const found = await findReachableTool(ctx, 'x__echo');
  assert.ok(found);
  const { signal } = new AbortController();
  const capabilities = {
    elicitation: { form: { [planted[3] ?? '']: true } },
    [planted[4] ?? '']: {},
    sampling: planted[5],
  };
  return callTool(ctx, { tool: found, arguments: { text: 'hello' }, capabilities, signal });
}

test('a server sees nothing of a caller but the arguments', async () => {
  await using desk = await openDesk({ settings });
  await using upstream = await openToolServer();
  await addServer(desk.ada, { alias: 'x', url: upstream.url });
  const { token } = await desk.ada.createToken({ name: 'cli' });
  assert.ok((await callEcho(desk, token)).ok);
  const seen = JSON.stringify(upstream.hits);
  assert.match(seen, /hello/);
  for (const secret of [...planted, token, token.slice(7)]) assert.ok(!seen.includes(secret), secret);
});

test('a server that wants to know who calls gets a JWT for itself, which opens nothing at Keyward', async () => {
  await using desk = await openDesk({ settings });
  await using upstream = await openToolServer();
  await addServer(desk.ada, { alias: 'x', url: upstream.url, auth: 'keyward_jwt' });
  const key = await desk.ada.createKey({
    name: 'service',
    permissions: ['mcp:call'],
    resources: { mcp_tool: '*' },
  });
  assert.ok((await callEcho(desk, key.token)).ok);
  const jwt = /^Bearer (.+)$/.exec(upstream.hits.at(-1)?.headers.authorization ?? '')?.[1] ?? '';
  const jwks = (await desk.send('GET /.well-known/jwks.json')).body as unknown as JSONWebKeySet;
  const rules = {
    audience: upstream.url,
    issuer: desk.runtime.config.url.origin,
    currentDate: desk.clock.now(),
  };
  const { payload, protectedHeader } = await jwtVerify(jwt, createLocalJWKSet(jwks), rules);
  const { id } = key.credential;
  assert.deepEqual(
    [protectedHeader.alg, payload.sub, payload['actor'], payload['tenant'], payload['credential']],
    ['EdDSA', id, `key:${id}`, desk.ada.tenantId, id],
  );
  assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 300);
  assert.match(payload.jti ?? '', /^[0-9a-f-]{36}$/);
  assert.equal((await desk.send('GET /api/v1/me', { token: jwt })).status, 401);
  const service = await desk.ada.createKey({ name: 'gateway' });
  const asked = await desk.send('POST /oauth/introspect', {
    headers: {
      Authorization: `Basic ${Buffer.from(`gateway:${service.token}`).toString('base64')}`,
      'Content-Type': 'application/x-www-form-urlencoded',
    },
    text: `token=${jwt}`,
  });
  assert.deepEqual([asked.status, asked.body], [200, { active: false }]);
});

test('a call that the credential does not reach finds no tool', async () => {
  await using desk = await openDesk({ settings });
  await using upstream = await openToolServer();
  await addServer(desk.ada, { alias: 'x', url: upstream.url });
  const key = await desk.ada.createKey({
    name: 'narrow',
    permissions: ['mcp:call'],
    resources: { mcp_tool: ['other/*'] },
  });
  assert.equal(await findReachableTool(await ctxOf(desk, key.token), 'x__echo'), undefined);
});

const values: [string, string][] = [
  ['search', 'search'],
  ['get issue', 'get issue'],
  [' padded ', '=?base64?IHBhZGRlZCA=?='],
  ['größe', '=?base64?Z3LDtsOfZQ==?='],
  ['a\r\nx: y', '=?base64?YQ0KeDogeQ==?='],
  ['=?base64?YQ==?=', '=?base64?PT9iYXNlNjQ/WVE9PT89?='],
];
for (const [text, header] of values)
  test(`${JSON.stringify(text)} is sent as ${header}`, () => assert.equal(headerValue(text), header));

test('arguments that a tool wants as headers are sent as such, and no others', () => {
  const schema = {
    type: 'object',
    properties: {
      region: { type: 'string', 'x-mcp-header': 'Region' },
      bad: { type: 'string', 'x-mcp-header': 'a\r\nb' },
      deep: { type: 'object', properties: { on: { type: 'boolean', 'x-mcp-header': 'On' } } },
      query: { type: 'string' },
    },
  };
  const args = { region: 'eu', bad: 'x', deep: { on: true }, query: 'secret' };
  assert.deepEqual(paramHeaders(schema, args), { 'mcp-param-region': 'eu', 'mcp-param-on': 'true' });
});
