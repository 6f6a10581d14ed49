import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { startMetricsServer } from '#server/doors/metrics/metrics-door.ts';
import { createCaller } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { addServer } from '#server/testing/mcp/add-server.ts';
import { createMcpCaller } from '#server/testing/mcp/mcp-caller.ts';
import { openToolServer } from '#server/testing/mcp/tool-server.ts';

const token = 'a token for prometheus'.replaceAll(' ', '-');
const settings = { KEYWARD_METRICS_TOKEN: token };

async function scrape(desk: Desk): Promise<string> {
  const answer = await desk.send('GET /metrics', { token });
  assert.equal(answer.status, 200, answer.text);
  return answer.text;
}

test('without a setting there are no metrics', async () => {
  await using desk = await openDesk();
  assert.equal(desk.runtime.metrics, null);
  const answer = await desk.send('GET /metrics', { token });
  assert.equal(answer.status, 404);
  assert.equal(answer.problem?.code, 'not_found');
});

test('metrics are for whoever has their token, and for no admin without it', async () => {
  await using desk = await openDesk({ settings });
  const pat = (await desk.ada.createToken({ name: 'laptop' })).token;
  for (const shown of ['', pat, token.slice(0, -1), `${token}x`, token.toUpperCase()]) {
    const refused = await desk.send('GET /metrics', { token: shown });
    assert.equal(refused.status, 401, shown);
    assert.equal(refused.problem?.code, 'token_invalid');
    assert.doesNotMatch(refused.text, /keyward_http/);
  }
  assert.equal((await desk.send('GET /metrics')).status, 401);
  assert.equal((await desk.ada.send('GET /metrics')).status, 401);
  assert.equal((await desk.send('POST /metrics', { token })).status, 405);
  assert.match(await scrape(desk), /^keyward_http_requests_total/m);
  assert.ok(!desk.logged.join('').includes(token));
});

test('requests are counted by what was asked for, and refusals by their code', async () => {
  await using desk = await openDesk({ settings });
  const { credential } = await desk.ada.createToken({ name: 'laptop' });
  await desk.ada.send(`GET /api/v1/tokens/${credential.id}`);
  await desk.ada.send(`GET /api/v1/tokens/${credential.id}`);
  await desk.send(`GET /api/v1/tokens/${credential.id}`);
  await desk.send('GET /trpc/sessions.me');
  const text = await scrape(desk);
  const endpoint = 'endpoint="GET /api/v1/tokens/{id}"';
  assert.match(
    text,
    new RegExp(`requests_total\\{${endpoint.replace(/[{}]/g, '\\$&')},status="200"\\} 2\\n`),
  );
  assert.match(text, new RegExp(`request_seconds_count\\{${endpoint.replace(/[{}]/g, '\\$&')}\\} 3\\n`));
  assert.match(text, /refusals_total\{code="unauthenticated"\} 2\n/);
  assert.ok(!text.includes(credential.id));
});

test('a label is one of a short list, whatever is asked for', async () => {
  await using desk = await openDesk({ settings });
  const seriesOf = (text: string) =>
    text.split('\n').filter((line) => line.startsWith('keyward_http')).length;
  const ask = async (mark: string) => {
    for (const path of [`/api/v1/${mark}`, `/${mark}`, `/trpc/${mark}`, `/_next/${mark}`, `/admin/${mark}`])
      for (const method of ['GET', 'POST', 'PURGE']) await desk.send(`${method} ${path}?x=${mark}`);
    await desk.send(`GET /trpc/tokens.list,${mark}?batch=1&input={}`);
  };
  await ask('needle');
  await scrape(desk);
  const before = seriesOf(await scrape(desk));
  for (const mark of ['second', 'third', 'fourth']) await ask(mark);
  const text = await scrape(desk);
  assert.equal(seriesOf(text), before);
  assert.doesNotMatch(text, /needle|second"|third|fourth/);
});

test('the process, its event loop, the pool, the queues and the jobs are measured', async () => {
  await using desk = await openDesk({ settings });
  const text = await scrape(desk);
  for (const name of [
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_p99_seconds',
    'keyward_database_connections{state="idle"}',
    'keyward_write_queue_items{queue="auditQueue"}',
    'keyward_write_queue_items{queue="lastUse"}',
    'keyward_jobs{job="deliver-mail",state="ready"}',
  ])
    assert.ok(text.includes(`${name} `), name);
});

test('a port of its own serves this machine without a token, and nothing but the metrics', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_METRICS_PORT: '0' } });
  assert.equal((await desk.send('GET /metrics')).status, 404, 'not on the port of all else');
  const server = await startMetricsServer(desk.runtime, 0);
  const { send } = createCaller(`http://127.0.0.1:${server.port}`);
  try {
    assert.match((await send('GET /metrics')).text, /^keyward_http_requests_total/m);
    // What a page sends whose own name was made to lead here; `fetch` would not.
    const headers = { Host: 'metrics.attacker.example' };
    const request = get(`http://127.0.0.1:${server.port}/metrics`, { headers, agent: false });
    const [rebound] = (await once(request, 'response')) as [IncomingMessage];
    rebound.resume();
    assert.equal(rebound.statusCode, 400);
    for (const path of ['/', '/api/v1/me', '/healthz', '/metrics/x'])
      assert.equal((await send(`GET ${path}`)).status, 404, path);
  } finally {
    await server.close();
  }
});

test('a port of its own asks for the token where there is one', async () => {
  await using desk = await openDesk({ settings: { ...settings, KEYWARD_METRICS_PORT: '0' } });
  const server = await startMetricsServer(desk.runtime, 0);
  const { send } = createCaller(`http://127.0.0.1:${server.port}`);
  try {
    assert.equal((await send('GET /metrics')).status, 401);
    assert.equal((await send('GET /metrics', { token })).status, 200);
  } finally {
    await server.close();
  }
});

test('calls of tools are counted by what came of them, and what is open at /mcp', async () => {
  await using desk = await openDesk({ settings: { ...settings, KEYWARD_UPSTREAM_ALLOW: '127.0.0.1/32' } });
  await using upstream = await openToolServer();
  await addServer(desk.ada, { alias: 'fixture', url: upstream.url });
  const mcp = createMcpCaller(desk, (await desk.ada.createToken({ name: 'laptop' })).token);
  await mcp.send('tools/call', { name: 'fixture__echo' });
  await mcp.send('tools/call', { name: 'fixture__nothing' });
  const text = await scrape(desk);
  assert.match(text, /keyward_mcp_call_seconds_count\{outcome="ok"\} 1\n/);
  assert.match(text, /keyward_mcp_open\{kind="request"\} 0\n/);
  assert.match(text, /keyward_mcp_open\{kind="stream"\} 0\n/);
});
