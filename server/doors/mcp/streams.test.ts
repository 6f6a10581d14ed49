import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDesk } from '#server/testing/desk.ts';
import { addServer } from '#server/testing/mcp/add-server.ts';
import { createMcpCaller, readMessages } from '#server/testing/mcp/mcp-caller.ts';
import { openToolServer, tool, type RunTool } from '#server/testing/mcp/tool-server.ts';

const settings = { KEYWARD_UPSTREAM_ALLOW: '127.0.0.1/32' };
const name = 'fixture__echo';

/** A desk with a tool that runs until its caller is gone, or for as long as the test says. */
async function openSlow(more: { run?: RunTool; settings?: Record<string, string> } = {}) {
  await using opening = new AsyncDisposableStack();
  const desk = opening.use(await openDesk({ settings: { ...settings, ...more.settings } }));
  const started = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const finish = new AbortController();
  const run: RunTool = async ({ signal }) => {
    started.resolve();
    signal.addEventListener('abort', () => gone.resolve());
    await Promise.race([once(signal, 'abort'), once(finish.signal, 'abort')]);
    return 'late';
  };
  const upstream = opening.use(await openToolServer({ run: more.run ?? run }));
  const { server } = await addServer(desk.ada, { alias: 'fixture', url: upstream.url });
  const bob = await desk.join('Bob', 'member');
  const { token, credential } = await bob.createToken({ name: 'all' });
  const opened = opening.move();
  return {
    desk,
    upstream,
    server,
    token,
    id: credential.id,
    bob,
    mcp: createMcpCaller(desk, token),
    started: started.promise,
    gone: () => Promise.race([gone.promise.then(() => true), sleep(1_000, false)]),
    finish: () => finish.abort(),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

const listen = (mcp: ReturnType<typeof createMcpCaller>, id = 1) =>
  mcp.open('subscriptions/listen', { notifications: { toolsListChanged: true } }, { id });

const resultIn = (message: object = {}) => (message as { result: { content: unknown } }).result;

/** Whether nothing more comes, within that time. */
async function endsWithin(messages: AsyncGenerator, ms: number): Promise<boolean> {
  const rest = (async () => {
    for await (const _ of messages);
    return true;
  })().catch(() => true);
  return Promise.race([rest, sleep(ms, false)]);
}

test('progress is passed on where it is asked for, ahead of the result, as a stream that no proxy holds back', async () => {
  const run: RunTool = async ({ progress }) => {
    await progress(1);
    await progress(2);
    return 'done';
  };
  await using slow = await openSlow({ run });
  const response = await slow.mcp.open('tools/call', { name }, { meta: { progressToken: 'mine' } });
  assert.match(response.headers.get('cache-control') ?? '', /no-transform/);
  assert.equal(response.headers.get('x-accel-buffering'), 'no');
  const messages = await Array.fromAsync(readMessages(response));
  const progress = messages.slice(0, 2).map(({ params }) => params);
  assert.deepEqual(progress, [
    { progressToken: 'mine', progress: 1 },
    { progressToken: 'mine', progress: 2 },
  ]);
  assert.deepEqual(resultIn(messages[2]).content, [{ type: 'text', text: 'done' }]);
  const plain = await slow.mcp.send('tools/call', { name });
  assert.match(plain.headers.get('content-type') ?? '', /application\/json/);
});

test('a caller who goes ends the call at its server', async () => {
  await using slow = await openSlow();
  const leaving = new AbortController();
  const call = slow.mcp.open('tools/call', { name }, { signal: leaving.signal });
  await slow.started;
  leaving.abort();
  await assert.rejects(call);
  assert.equal(await slow.gone(), true);
});

test('a client of before cancels by a message, its own call and no other credential’s', async () => {
  await using slow = await openSlow();
  const call = slow.mcp.sendOlder('tools/call', { name }, { id: 7 });
  await slow.started;
  const cancel = (token: string) =>
    slow.desk.send('POST /mcp', {
      token,
      body: { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } },
    });
  const other = await slow.desk.ada.createToken({ name: 'other' });
  assert.equal((await cancel(other.token)).status, 202);
  assert.equal(await Promise.race([slow.gone(), sleep(200, false)]), false);
  assert.equal((await cancel(slow.token)).status, 202);
  assert.equal(await slow.gone(), true);
  assert.equal((await call).status, 202);
});

test('a call ends with its credential, in the answer and at its server', async () => {
  await using slow = await openSlow();
  const call = slow.mcp.send('tools/call', { name });
  await slow.started;
  await slow.bob.revokeToken(slow.id);
  const revokedAt = performance.now();
  const answer = await call;
  assert.ok(performance.now() - revokedAt < 100);
  assert.deepEqual([answer.status, answer.problem?.code], [401, 'token_invalid']);
  assert.equal(await slow.gone(), true);
});

test('a call goes on while something else of its credential changes', async () => {
  await using slow = await openSlow();
  const call = slow.mcp.send('tools/call', { name });
  await slow.started;
  await slow.bob.send(`PATCH /api/v1/tokens/${slow.id}`, { body: { name: 'another name' } });
  const other = await slow.desk.ada.createToken({ name: 'other' });
  await slow.desk.ada.revokeToken(other.credential.id);
  await sleep(200);
  slow.finish();
  assert.equal((await call).status, 200);
});

/** Each: what ends the right to listen. */
const endings: Record<string, (slow: Awaited<ReturnType<typeof openSlow>>) => Promise<unknown>> = {
  'its revocation': ({ bob, id }) => bob.revokeToken(id),
  'being switched off': ({ bob, id }) => bob.send(`PATCH /api/v1/tokens/${id}`, { body: { enabled: false } }),
  'the deactivation of its owner': ({ desk, bob }) =>
    desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`),
  'another role of its owner': ({ desk, bob }) =>
    desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { role: 'viewer' } }),
};

for (const [what, end] of Object.entries(endings))
  test(`a stream closes within 100 ms of ${what}, on every server`, async () => {
    await using slow = await openSlow();
    await using another = await slow.desk.another();
    const streams = await Promise.all([listen(slow.mcp), listen(createMcpCaller(another, slow.token))]);
    const all = streams.map((response) => readMessages(response));
    for (const messages of all) {
      const first = await messages.next();
      assert.equal((first.value as { method: string }).method, 'notifications/subscriptions/acknowledged');
    }
    await end(slow);
    const ended = await Promise.all(all.map((messages) => endsWithin(messages, 100)));
    assert.deepEqual(ended, [true, true]);
  });

test('a stream ends when its token expires', async () => {
  await using slow = await openSlow();
  const { token } = await slow.desk.ada.createToken({ name: 'short', expiresInDays: 1 });
  const messages = readMessages(await listen(createMcpCaller(slow.desk, token)));
  await messages.next();
  slow.desk.clock.advance({ days: 2 });
  assert.equal(await endsWithin(messages, 3_000), true);
});

test('a stream says within a second that tools changed, and that a credential was narrowed', async () => {
  await using slow = await openSlow();
  const key = await slow.desk.ada.createKey({
    name: 'key',
    permissions: ['mcp:call'],
    resources: { mcp_tool: '*' },
  });
  const messages = readMessages(await listen(createMcpCaller(slow.desk, key.token), 9));
  await messages.next();
  slow.upstream.tools = [tool('echo'), tool('new')];
  await slow.desk.ada.send(`POST /api/v1/mcp/servers/${slow.server.id}/test`);
  await slow.desk.ada.send(`POST /api/v1/mcp/servers/${slow.server.id}/approve`, { body: {} });
  const said = (await messages.next()).value as { method: string; params: object };
  assert.equal(said.method, 'notifications/tools/list_changed');
  assert.deepEqual(said.params, { _meta: { 'io.modelcontextprotocol/subscriptionId': 9 } });
  await slow.desk.ada.send(`PATCH /api/v1/api-keys/${key.credential.id}`, {
    body: { resources: { mcp_tool: [] } },
  });
  const next = await Promise.race([messages.next(), sleep(2_000, null)]);
  assert.equal((next?.value as { method?: string } | undefined)?.method, 'notifications/tools/list_changed');
});

test('of streams a credential holds as many as it may, and a server too', async () => {
  await using slow = await openSlow({ settings: { KEYWARD_MCP_LISTENERS: '2', KEYWARD_MCP_STREAMS: '3' } });
  const leaving = new AbortController();
  const open = (mcp: typeof slow.mcp) =>
    mcp.open(
      'subscriptions/listen',
      { notifications: { toolsListChanged: true } },
      { signal: leaving.signal },
    );
  assert.deepEqual([(await open(slow.mcp)).status, (await open(slow.mcp)).status], [200, 200]);
  const third = await open(slow.mcp);
  assert.deepEqual([third.status, third.headers.get('retry-after')], [429, '1']);
  const other = createMcpCaller(slow.desk, (await slow.desk.ada.createToken({ name: 'other' })).token);
  assert.equal((await open(other)).status, 200);
  assert.equal((await open(other)).status, 503);
  leaving.abort();
  while (slow.desk.runtime.openCalls.streams() > 0) await sleep(5);
  const again = await listen(slow.mcp);
  assert.equal(again.status, 200);
  await again.body?.cancel();
});

test('a call without progress becomes a stream with a comment when it lasts', async () => {
  await using slow = await openSlow();
  const started = performance.now();
  const response = await slow.mcp.open('tools/call', { name });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const first = await reader?.read();
  assert.ok(performance.now() - started < 17_000);
  assert.match(first?.value ?? '', /^: /);
  slow.finish();
  let text = '';
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) text += part.value;
  assert.match(text, /"late"/);
});

test('streams end when the server is asked to stop, and calls are let finish', async () => {
  await using slow = await openSlow();
  const another = await slow.desk.another();
  const mcp = createMcpCaller(another, slow.token);
  const messages = readMessages(await listen(mcp));
  await messages.next();
  const call = mcp.send('tools/call', { name });
  await slow.started;
  const stopping = another[Symbol.asyncDispose]();
  assert.equal(await endsWithin(messages, 1_000), true);
  slow.finish();
  assert.equal((await call).status, 200);
  await stopping;
});

test('a tenant that is suspended leaves none of its streams open, of however many credentials', async () => {
  await using desk = await openDesk({ settings });
  const opened = Array.from({ length: 20 }, async (_, at) => {
    const { token } = await desk.ada.createToken({ name: `token ${at}` });
    const messages = readMessages(await listen(createMcpCaller(desk, token)));
    await messages.next();
    return messages;
  });
  const streams = await Promise.all(opened);
  await desk.sql('update tenants set suspended_at = now()');
  const ended = await Promise.all(streams.map((messages) => endsWithin(messages, 2_000)));
  assert.deepEqual(new Set(ended), new Set([true]));
});
