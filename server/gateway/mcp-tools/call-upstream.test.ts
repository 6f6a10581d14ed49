import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Runtime } from '#server/core/access/context.ts';
import { callUpstream, type UpstreamCall } from '#server/gateway/mcp-tools/call-upstream.ts';
import { discoverTools } from '#server/gateway/mcp-tools/discover-tools.ts';
import type { OfferedTool } from '#server/gateway/mcp-tools/queries.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import {
  openFloodingServer,
  openGarbageServer,
  openLockedServer,
  openRedirectingServer,
  openSilentServer,
} from '#server/testing/mcp/broken-servers.ts';
import { openCanary } from '#server/testing/mcp/canary.ts';
import { openToolServer, tool } from '#server/testing/mcp/tool-server.ts';

const settings = { KEYWARD_UPSTREAM_ALLOW: '127.0.0.1/32' };

function offered({ runtime }: Desk, url: string, more: Partial<OfferedTool['server']> = {}): OfferedTool {
  return {
    shownName: 'fixture__echo',
    definition: tool('echo'),
    server: {
      id: '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401',
      alias: 'fixture',
      url,
      auth: 'none',
      headersSealed: null,
      timeoutSeconds: 60,
      totalSeconds: 1_800,
      maxConcurrent: 16,
      nanoUsdPerCall: 0n,
      health: 'up',
      fault: null,
      failures: 0,
      nextCheckAt: runtime.clock.now(),
      lastUsedAt: runtime.clock.now(),
      ...more,
    },
  };
}

type CallOptions = Partial<Omit<UpstreamCall, 'tool'>>;

function call({ runtime }: { runtime: Runtime }, of: OfferedTool, options: CallOptions = {}) {
  return callUpstream(runtime, {
    tool: of,
    caller: { tenantId: runtime.defaultTenantId, principal: null },
    arguments: { text: 'hello' },
    signal: new AbortController().signal,
    ...options,
  });
}

test('a tool is called, and its result passed on without what its server says of itself', async () => {
  await using desk = await openDesk({ settings });
  await using server = await openToolServer();
  const outcome = await call(desk, offered(desk, server.url));
  assert.deepEqual(outcome, {
    ok: true,
    result: { content: [{ type: 'text', text: 'hello' }], resultType: 'complete', _meta: {} },
  });
});

test('a server is asked for its tools, and its revision found out', async () => {
  await using desk = await openDesk({ settings });
  await using server = await openToolServer({
    tools: [tool('a'), tool('b', { title: 'B' }), tool('x'.repeat(129))],
  });
  const found = await discoverTools(desk.runtime, { url: server.url, headers: {} });
  assert.ok(found.ok);
  assert.deepEqual(
    found.tools.map(({ name, title }) => [name, title]),
    [
      ['a', undefined],
      ['b', 'B'],
    ],
  );
  assert.equal(found.unusable, 1);
});

test('what goes up is of Keyward alone, but for the arguments', async () => {
  await using desk = await openDesk({ settings });
  await using server = await openToolServer();
  const outcome = await call(desk, offered(desk, server.url), {
    capabilities: { elicitation: { form: { planted: 'secret-1' } }, planted: 'secret-2' },
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  });
  assert.ok(outcome.ok);
  const [hit] = server.hits;
  assert.deepEqual(Object.keys(hit?.headers ?? {}).toSorted(), [
    'accept',
    'connection',
    'content-length',
    'content-type',
    'host',
    'mcp-method',
    'mcp-name',
    'mcp-protocol-version',
    'traceparent',
    'user-agent',
  ]);
  assert.match(hit?.headers['user-agent'] ?? '', /^keyward\/\d/);
  assert.doesNotMatch(JSON.stringify(server.hits), /secret-/);
});

test('progress is heard and begins the silence anew', async () => {
  await using desk = await openDesk({ settings });
  await using server = await openToolServer({
    async run({ progress }) {
      for (let step = 1; step <= 4; step++) {
        await sleep(400);
        await progress(step);
      }
      return 'done';
    },
  });
  const heard: number[] = [];
  const outcome = await call(desk, offered(desk, server.url, { timeoutSeconds: 1 }), {
    onProgress: ({ progress }) => heard.push(progress),
  });
  assert.ok(outcome.ok);
  assert.deepEqual(heard, [1, 2, 3, 4]);
});

test('a server that says nothing is given up once its time is over, and so is one that only reports progress', async () => {
  await using desk = await openDesk({ settings });
  await using silent = await openSilentServer();
  const message = async (url: string, totalSeconds: number) => {
    const outcome = await call(desk, offered(desk, url, { timeoutSeconds: 1, totalSeconds }));
    return outcome.ok ? '' : outcome.message;
  };
  assert.equal(await message(silent.url, 60), 'fixture did not answer within 1 s.');
  await using busy = await openToolServer({
    async run({ progress, signal }) {
      for (let step = 1; !signal.aborted; step++) {
        await sleep(100);
        await progress(step).catch(() => {});
      }
    },
  });
  assert.equal(await message(busy.url, 2), 'fixture did not finish within 2 s.');
});

test('the server hears within a second that its caller is gone', async () => {
  await using desk = await openDesk({ settings });
  const started = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  await using server = await openToolServer({
    async run({ signal }) {
      started.resolve();
      await once(signal, 'abort');
      stopped.resolve();
    },
  });
  const leaving = new AbortController();
  const outcome = call(desk, offered(desk, server.url), { signal: leaving.signal });
  await started.promise;
  leaving.abort();
  await Promise.race([stopped.promise, sleep(1_000).then(() => assert.fail('it did not hear'))]);
  assert.deepEqual(await outcome, {
    ok: false,
    fault: 'cancelled',
    message: 'The call of fixture was cancelled.',
  });
});

test('a flood is cut off at 10 MiB and keeps no memory', async () => {
  await using desk = await openDesk({ settings });
  await using server = await openFloodingServer();
  const before = process.memoryUsage().rss;
  const outcome = await call(desk, offered(desk, server.url));
  assert.equal(outcome.ok || outcome.fault, 'too_large');
  assert.ok(server.sent() < 40_000_000, `${server.sent()} bytes were taken`);
  assert.ok(process.memoryUsage().rss - before < 150_000_000);
});

test('garbage, a redirect, a locked door, a dead port and an unlisted address each have their sentence', async () => {
  await using desk = await openDesk({ settings });
  await using garbage = await openGarbageServer();
  await using canary = await openCanary();
  await using redirecting = await openRedirectingServer(canary.url);
  await using locked = await openLockedServer();
  const dead = await openGarbageServer();
  await dead[Symbol.asyncDispose]();
  const cases = [
    [garbage.url, 'not_mcp', /^fixture answered something that is not MCP/],
    [redirecting.url, 'not_mcp', /^fixture answered something that is not MCP/],
    [locked.url, 'unauthorized', /^fixture refused what Keyward signs in with/],
    [dead.url, 'unreachable', /^fixture cannot be reached/],
    ['http://127.0.0.2:4801/mcp', 'address_refused', /^fixture has an address/],
  ] as const;
  for (const [url, fault, message] of cases) {
    const outcome = await call(desk, offered(desk, url));
    assert.equal(outcome.ok || outcome.fault, fault, url);
    assert.match(outcome.ok ? '' : outcome.message, message);
    const found = await discoverTools(desk.runtime, { url, headers: {} });
    assert.equal(found.ok || found.fault, fault, `discovery of ${url}`);
  }
  assert.equal(canary.hits.length, 0);
});

test('a server that restarts is called once more', async () => {
  await using desk = await openDesk({ settings });
  const first = await openToolServer();
  const { port, url } = first;
  await first[Symbol.asyncDispose]();
  const outcome = call(desk, offered(desk, url));
  await sleep(100);
  await using _again = await openToolServer({ port });
  assert.equal((await outcome).ok, true);
});

test('calls beyond the places and the queue are refused at once, and the others are served', async () => {
  await using desk = await openDesk({ settings });
  const open = Promise.withResolvers<void>();
  await using server = await openToolServer({ run: () => open.promise });
  const of = offered(desk, server.url, { maxConcurrent: 2 });
  const calls = Array.from({ length: 2 + 32 }, () => call(desk, of));
  await sleep(50);
  const refused = await call(desk, of);
  assert.equal(refused.ok || refused.fault, 'upstream_busy');
  open.resolve();
  const outcomes = await Promise.all(calls);
  assert.ok(outcomes.every(({ ok }) => ok));
});

test('an error of the server is told in its words, made visible and cut', async () => {
  await using desk = await openDesk({ settings });
  await using server = await openToolServer({
    run: () => Promise.reject(new Error(`no\u200B such\n ${'x'.repeat(1_000)}`)),
  });
  const outcome = await call(desk, offered(desk, server.url));
  assert.equal(outcome.ok || outcome.fault, 'refused');
  assert.match(outcome.ok ? '' : outcome.message, /^fixture refused the call: no⟨U\+200B⟩ such x+$/);
});

test('a server that is called with other bounds each time leaves no places behind', async () => {
  await using desk = await openDesk({ settings });
  await using server = await openToolServer();
  for (const maxConcurrent of [1, 2, 3]) {
    const calls = Array.from({ length: 4 }, () => call(desk, offered(desk, server.url, { maxConcurrent })));
    assert.equal(desk.runtime.upstreamPlaces.size, 1);
    for (const outcome of await Promise.all(calls)) assert.ok(outcome.ok);
  }
  assert.equal(desk.runtime.upstreamPlaces.size, 0);
});
