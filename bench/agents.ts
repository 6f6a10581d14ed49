import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { WebSocket } from 'ws';
import { connectAgent, type AgentClient } from '#server/testing/agent-client.ts';
import { enrollAgents, type EnrolledAgent } from '#server/testing/agents.ts';
import { createCaller } from '#server/testing/caller.ts';
import { createLoadClient } from '#server/testing/load-client.ts';
import { goodPassword, signIn } from '#server/testing/person.ts';
import { freePort } from '#server/testing/program.ts';
import { startDatabase, startServer, type BenchServer } from './desk.ts';

/**
 * What idle agents cost a server on one core: memory each, the processor's time for heartbeats, how fast others are answered
 * meanwhile, and how long it takes to close all of them when their tenant is suspended.
 * `node bench/agents.ts --agents=10000 --seconds=60`
 */
const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '60' },
  },
});
const wanted = Number(values.agents);
const seconds = Number(values.seconds);
const connectingAtOnce = 50;
const callEveryMs = 25;
const bars = { bytesEach: 16_384, cpuShare: 0.01, p99Ms: 15, closedMs: 1_000 };
const admin = { KEYWARD_ADMIN_EMAIL: 'ada@example.com', KEYWARD_ADMIN_PASSWORD: goodPassword };

await using database = await startDatabase();
const { address, url } = await database.create('agents');
const inspected = await freePort();
const settings = {
  ...admin,
  DATABASE_URL: url,
  KEYWARD_DATA: database.folder,
  KEYWARD_LOG_LEVEL: 'error',
  KEYWARD_RATE_LIMIT: 'off',
  KEYWARD_ADDRESS_RATE_LIMIT: 'off',
};
await using server = await startServer('server/main.ts', settings, [`--inspect=127.0.0.1:${inspected}`]);
const owner = new pg.Client(address);
owner.on('error', () => {});
await owner.connect();
const sql = async <Row extends object>(text: string, given?: unknown[]) =>
  (await owner.query<Row>(text, given)).rows;
const ada = await signIn(createCaller(server.origin), admin.KEYWARD_ADMIN_EMAIL, goodPassword);
const { token } = await ada.createToken({ name: 'bench' });

const names = Array.from({ length: wanted }, (_, at) => `agent-${at}`);
const agents = await enrollAgents({ sql, clock: { now: () => new Date() }, ada }, names);
await sql('analyze');
const before = await rest('without agents');
const memoryBefore = await residentBytes(server);
const [started, cpuBefore] = [performance.now(), server.cpuMicroseconds() ?? 0];
const clients = await connectAll(agents);
const cpuEach = ((server.cpuMicroseconds() ?? 0) - cpuBefore) / 1_000 / clients.length;
say(
  `connected ${clients.length} in ${Math.round(performance.now() - started)} ms, each for ${cpuEach.toFixed(2)} ms of the core`,
);
await sleep(10_000);
const bytesEach = ((await residentBytes(server)) - memoryBefore) / clients.length;
const after = await rest(`with ${clients.length} agents`);
const closedMs = await suspend();

report('memory each, bytes', bytesEach, bars.bytesEach);
report('heartbeats, share of the core', after.cpuShare - before.cpuShare, bars.cpuShare);
report('p99 of GET /api/v1/me, ms', after.p99, bars.p99Ms);
report('closed after a suspension, ms', closedMs, bars.closedMs);
await owner.end();

async function connectAll(all: EnrolledAgent[]): Promise<AgentClient[]> {
  const connected: AgentClient[] = [];
  const left = [...all];
  const connectOne = async () => {
    for (let agent = left.pop(); agent; agent = left.pop()) {
      const client = await connectAgent(server.origin, { token: agent.token });
      await client.hello({ host: agent.name });
      connected.push(client);
    }
  };
  await Promise.all(Array.from({ length: connectingAtOnce }, connectOne));
  return connected;
}

/** First without a call, for the processor's time; then with calls, for what they take. */
async function rest(what: string): Promise<{ cpuShare: number; p99: number }> {
  const cpu = server.cpuMicroseconds() ?? 0;
  await sleep(seconds * 1_000);
  const cpuShare = ((server.cpuMicroseconds() ?? 0) - cpu) / 1_000_000 / seconds;
  using client = createLoadClient();
  const times: number[] = [];
  const until = performance.now() + seconds * 1_000;
  while (performance.now() < until) {
    const { ms } = await client.ask(server.origin, {
      path: '/api/v1/me',
      headers: { Authorization: `Bearer ${token}` },
    });
    times.push(ms);
    await sleep(callEveryMs);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Infinity;
  say(
    `${what}: ${(cpuShare * 100).toFixed(2)} % of the core idle; GET /api/v1/me p50 ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms, longest ${at(0.9999).toFixed(1)} ms of ${times.length}`,
  );
  return { cpuShare, p99: at(0.99) };
}

async function suspend(): Promise<number> {
  const all = Promise.all(clients.map((client) => client.closed(30_000)));
  const at = performance.now();
  await sql('update tenants set suspended_at = now()');
  const closings = await all;
  const ms = performance.now() - at;
  const wrong = closings.filter((closing) => closing?.code !== 4003).length;
  say(`closed: ${closings.length - wrong} of ${closings.length} with 4003`);
  return ms;
}

/** Without what the connecting has left behind: a collection comes when it comes. */
async function residentBytes({ child }: BenchServer): Promise<number> {
  const [target] = (await (await fetch(`http://127.0.0.1:${inspected}/json/list`)).json()) as {
    webSocketDebuggerUrl: string;
  }[];
  const inspector = new WebSocket(target?.webSocketDebuggerUrl ?? '');
  await once(inspector, 'open');
  inspector.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' }));
  await once(inspector, 'message');
  inspector.terminate();
  // What is free is given back to the system a moment later.
  await sleep(2_000);
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1_024;
}

function report(what: string, measured: number, bar: number): void {
  const rounded = bar < 1 ? measured.toFixed(4) : Math.round(measured).toLocaleString('en');
  say(
    `${measured <= bar ? 'within' : 'BEYOND'} the bar: ${what}: ${rounded} (at most ${bar.toLocaleString('en')})`,
  );
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
