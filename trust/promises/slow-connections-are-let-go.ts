import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLoadClient } from '#server/testing/load-client.ts';
import type { Outcome, TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';

const count = 200;
const limitMs = 35_000;
const askEveryMs = 100;
const token = 'for-the-metrics-of-one-server';

/** How somebody is slow: what they send at once, what they add each second, and whether they read what they get. */
const kinds = [
  { begins: 'GET /healthz HTTP/1.1\r\nHost: x\r\n', adds: 'X: y\r\n', reads: true },
  {
    begins:
      'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
    adds: ' ',
    reads: true,
  },
  // More than the buffers of both ends hold.
  { begins: 'GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(40), adds: '', reads: false },
];

async function openSlow(origin: string, kind: (typeof kinds)[number]): Promise<Socket> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  await once(socket, 'connect');
  if (kind.reads) socket.resume();
  socket.write(kind.begins);
  const adding = setInterval(() => socket.writable && socket.write(kind.adds), 1_000);
  socket.once('close', () => clearInterval(adding));
  return socket;
}

/** How many connections a server says that it holds; whoever does not read would not see that theirs is gone. */
async function countConnections(origin: string): Promise<number> {
  using client = createLoadClient();
  const outcome = await client.ask(origin, {
    path: '/metrics',
    headers: { Authorization: `Bearer ${token}` },
  });
  const text = outcome.kind === 'answered' ? outcome.text : '';
  return Number(/nodejs_active_resources\{type="TCPSocketWrap"\} (\d+)/.exec(text)?.[1]);
}

/** Asks for something ordinary every 100 ms. Returns how often that failed, and how often it was asked. */
async function askMeanwhile(origin: string, signal: AbortSignal): Promise<[failed: number, asked: number]> {
  using client = createLoadClient({ timeoutMs: 2_000 });
  let [failed, asked] = [0, 0];
  while (!signal.aborted) {
    const outcome = await client.ask(origin, { path: '/readyz' });
    asked += 1;
    if (outcome.kind !== 'answered' || outcome.status !== 200) failed += 1;
    await sleep(Math.max(0, askEveryMs - outcome.ms));
  }
  return [failed, asked];
}

async function check(stage: Stage): Promise<Outcome> {
  await using server = await stage.another({ KEYWARD_METRICS_TOKEN: token });
  await using opened = new AsyncDisposableStack();
  const asking = new AbortController();
  const meanwhile = askMeanwhile(server.origin, asking.signal);
  opened.defer(() => asking.abort());
  const usual = await countConnections(server.origin);
  const started = performance.now();
  const sockets = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      openSlow(server.origin, kinds[n % kinds.length] as (typeof kinds)[number]),
    ),
  );
  for (const socket of sockets) opened.defer(() => void socket.destroy());
  let held = await countConnections(server.origin);
  const most = held - usual;
  while (held > usual && performance.now() - started < limitMs) {
    await sleep(500);
    held = await countConnections(server.origin);
  }
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  asking.abort();
  const [failed, asked] = await meanwhile;
  const left = Math.max(0, held - usual);
  return {
    measured: `${left} of ${most} left after ${seconds} s, ${failed} of ${asked} requests failed`,
    holds: most === count && left === 0 && failed === 0,
  };
}

export const promise: TrustPromise = {
  id: 'S11',
  name: `${count} connections that are slow in three ways (headers, body, reading) are let go, and keep no one waiting`,
  threshold: `all gone in ${limitMs / 1_000} s, no request failed`,
  isFast: false,
  check,
  control: [
    {
      without: 'a limit on how long a request may take to arrive',
      replaced: ['requests-may-take-for-ever'],
    },
    {
      without: 'letting go of connections that do not read',
      replaced: ['idle-readers-stay'],
    },
  ],
};
