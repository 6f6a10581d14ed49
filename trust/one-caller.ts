import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { newSecret, randomBase62 } from '#server/core/secrets/format.ts';
import { createLoadClient } from '#server/testing/load-client.ts';
import type { Person } from '#server/testing/person.ts';
import type { ServerProcess } from '#server/testing/process.ts';
import { placesFor } from './calls.ts';
import { getText, openFlood, postText, type Flood } from './flood.ts';
import type { Outcome } from './promise.ts';
import type { Stage } from './stage.ts';

const metricsToken = 'for-the-metrics-of-one-server';
/** For the servers of a check: what they hold can be asked for. */
export const oneCallerSettings = { KEYWARD_METRICS_TOKEN: metricsToken, KEYWARD_MAX_CONNECTIONS: '5000' };

const usualSlowestMs = 100;
const mostMegabytes = 512;
const mebibyte = 1_048_576;

/** People of tenants of their own, signed in. */
export async function peopleFor(stage: Stage, count: number): Promise<Person[]> {
  return (await placesFor(stage, count)).map(({ member }) => member);
}

/**
 * What others wait while one asks for as much at once as they can, and how many of one's calls are under way. `slowestMs`: what
 * the slowest hundredth of the others' calls may take.
 */
export async function starve(
  stage: Stage,
  { connections, ms, slowestMs }: { connections: number; ms: number; slowestMs?: number },
): Promise<Outcome> {
  await using server = await stage.another({ KEYWARD_ADDRESS_RATE_LIMIT: '50/1000' });
  const [greedy, ...others] = await peopleFor(stage, 5);
  if (!greedy) throw new Error('Nobody is there.');
  for (let n = 0; n < 20; n++) await greedy.createToken({ name: `ci ${n}` });
  const headers = { Cookie: greedy.cookie };
  const requests = [
    getText('/api/v1/tokens', headers),
    getText('/api/v1/tokens', { ...headers, 'X-Padding': 'x'.repeat(15_000) }),
    getText(batchOf(10, 'tokens.list'), headers),
    getText('/api/v1/me', { Cookie: `keyward_session=${randomBase62(43)}` }),
  ];
  await using meanwhile = await askMeanwhile(server, others, slowestMs);
  using _flood = openFlood(server.origin, connections, (at) => requests[at % requests.length] ?? '');
  await sleep(500);
  meanwhile.begin();
  const half = sleep(ms / 2).then(() => readMetric(server, 'keyward_calls{state="under_way"}'));
  await sleep(ms);
  const { text, isGood } = await meanwhile.end();
  const underWay = await half;
  return {
    measured: `${connections} calls at once: ${text}, ${underWay} under way`,
    // Of the others each has one at most.
    holds: isGood && underWay > 0 && underWay <= 64 + others.length,
  };
}

function batchOf(calls: number, procedure: string): string {
  const all = Array<string>(calls).fill(procedure);
  const inputs = JSON.stringify(Object.fromEntries(all.map((_, at) => [at, {}])));
  return `/trpc/${all.join()}?batch=1&input=${encodeURIComponent(inputs)}`;
}

/** What others wait while one sends bodies that are nested as deeply as they are long. */
export async function nest(
  stage: Stage,
  { connections, ms }: { connections: number; ms: number },
): Promise<Outcome> {
  const [server] = stage.servers;
  const [greedy, ...others] = await peopleFor(stage, 5);
  const request = postText('/api/v1/tokens', { Cookie: greedy?.cookie ?? '' }, '['.repeat(mebibyte));
  await using meanwhile = await askMeanwhile(server, others);
  using flood = openFlood(server.origin, connections, () => request);
  meanwhile.begin();
  await sleep(ms);
  const { text, isGood } = await meanwhile.end();
  const count = sumOf(flood);
  return { measured: `${count} nested bodies: ${text}`, holds: isGood && count > 0 };
}

/** How much memory a server takes while bodies come from many at once and never end. */
export async function fill(
  stage: Stage,
  { people, each }: { people: number; each: number },
): Promise<Outcome> {
  await using server = await stage.another();
  const senders = await peopleFor(stage, people);
  const all = senders.flatMap(({ cookie }) => Array<string>(each).fill(`Cookie: ${cookie}\r\n`));
  const strangers = Array<string>(each).fill('');
  const before = await megabytesOf(server);
  const sending = [...all, ...strangers].map((who) => sendAlmostAll(server.origin, who));
  await Promise.all(sending.map(({ sent }) => sent));
  const most = Math.max(before, await mostUntilTaken(server));
  for (const { socket } of sending) socket.destroy();
  const held = await untilLetGo(server);
  const after = await server.send('GET /api/v1/me', { cookie: stage.ada.cookie });
  return {
    measured: `${sending.length} bodies of 1 MiB: ${before} to ${most} MB, ${held} bytes held after`,
    holds: most <= mostMegabytes && held === 0 && after.status === 200,
  };
}

/** The most memory that a server takes until it takes no more of what was sent to it: much of that waits in the kernel. */
async function mostUntilTaken(server: ServerProcess): Promise<number> {
  let [most, held, isSame] = [0, -1, 0];
  while (isSame < 5) {
    await sleep(100);
    most = Math.max(most, await megabytesOf(server));
    const now = await readMetric(server, 'keyward_body_bytes');
    isSame = now === held ? isSame + 1 : 0;
    held = now;
  }
  return most;
}

/** How many bytes are held of bodies whose senders have gone, once the server has heard of that. */
async function untilLetGo(server: ServerProcess): Promise<number> {
  let held = Number.NaN;
  for (let tries = 0; tries < 20 && held !== 0; tries++) {
    held = await readMetric(server, 'keyward_body_bytes');
    await sleep(50);
  }
  return held;
}

/** All of a body but its end, in chunks, so that its length is not known before. `sent`: once this machine took it, or it was refused. */
function sendAlmostAll(origin: string, who: string): { socket: Socket; sent: Promise<void> } {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.resume();
  socket.write(
    `POST /api/v1/tokens HTTP/1.1\r\nHost: x\r\n${who}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n`,
  );
  const sent = new Promise<void>((done) => {
    socket.write(body, () => done());
    socket.once('close', () => done());
  });
  return { socket, sent };
}

const body = Buffer.alloc(0xffffe, 'x');

/** How many secrets are looked up for calls that are refused because their address asks too often. */
export async function exceed(stage: Stage, { ms }: { ms: number }): Promise<Outcome> {
  const before = await countLookups(stage);
  let refused = 0;
  {
    await using server = await stage.another({ KEYWARD_ADDRESS_RATE_LIMIT: '5/20' });
    const from = { 'X-Forwarded-For': '203.0.113.77' };
    const shown = [
      () => ({ Authorization: `Bearer ${newSecret('pat').reveal()}` }),
      () => ({ Cookie: `keyward_session=${randomBase62(43)}` }),
    ];
    using flood = openFlood(server.origin, 8, (at) =>
      getText('/api/v1/me', { ...from, ...shown[at % 2]?.() }),
    );
    await sleep(ms);
    refused = flood.answered.get(429) ?? 0;
    // What the server's backends did is counted when they end.
  }
  const lookups = (await countLookups(stage)) - before;
  return {
    measured: `${lookups} look-ups for ${refused} calls over the limit`,
    holds: refused > 100 && lookups > 0 && lookups < refused / 5,
  };
}

async function countLookups({ sql }: Stage): Promise<number> {
  // Backends say what they did once a second.
  await sleep(1_100);
  const [row] = await sql<{ count: string }>(
    `select sum(coalesce(idx_scan, 0) + coalesce(seq_scan, 0)) as count
     from pg_stat_user_tables where relname in ('secrets', 'sessions')`,
  );
  return Number(row?.count);
}

interface Meanwhile extends AsyncDisposable {
  /** Counts from now on. */
  begin(): void;
  end(): Promise<{ text: string; isGood: boolean }>;
}

/**
 * Has some people ask for something ordinary, each over a connection of their own that is open already. They have done so for
 * a second when it resolves: a server that has just started is slow by itself.
 */
async function askMeanwhile(
  { origin }: ServerProcess,
  people: Person[],
  slowestMs = usualSlowestMs,
): Promise<Meanwhile> {
  const times: number[] = [];
  const over = new AbortController();
  let [isCounted, failed] = [false, 0];
  const asking = people.map(async ({ cookie }, at) => {
    using client = createLoadClient({ timeoutMs: 5_000 });
    while (!over.signal.aborted) {
      const path = at % 2 ? '/api/v1/tokens' : '/api/v1/me';
      const outcome = await client.ask(origin, { path, headers: { Cookie: cookie } });
      if (isCounted) times.push(outcome.ms);
      if (isCounted && (outcome.kind !== 'answered' || outcome.status !== 200)) failed += 1;
      await sleep(10);
    }
  });
  await sleep(1_000);
  const stop = async () => {
    over.abort();
    await Promise.all(asking);
  };
  const end = async () => {
    await stop();
    const sorted = times.toSorted((a, b) => a - b);
    const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
    const [p50, p99] = [at(0.5), at(0.99)];
    return {
      text: `others' p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, ${failed} of ${times.length} failed`,
      isGood: times.length > 50 && failed === 0 && p99 <= slowestMs,
    };
  };
  return {
    begin: () => void (isCounted = true),
    end,
    [Symbol.asyncDispose]: stop,
  };
}

const sumOf = ({ answered }: Flood) => [...answered.values()].reduce((sum, count) => sum + count, 0);

async function readMetric(server: ServerProcess, name: string): Promise<number> {
  const { text } = await server.send('GET /metrics', { token: metricsToken });
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1));
}

/** What the system says that a server holds of memory. */
async function megabytesOf({ child }: ServerProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1_000);
}
