import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentClient } from '#server/testing/agent-client.ts';
import type { EnrolledAgent } from '#server/testing/agents.ts';
import type { ServerProcess } from '#server/testing/process.ts';
import { enroll, greet } from '#trust/agents.ts';
import { startAgain } from '#trust/faults.ts';
import type { TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';

const agents = 2_000;
const connectingAtOnce = 50;
const patienceMs = 60_000;
const mostTimesMean = 3;
const askEveryMs = 100;

/** As every agent waits: after 1001 for up to 30 s first, then with full jitter, up to 1, 2, 4 … 60 s. */
async function comeBack(
  origin: string,
  agent: EnrolledAgent,
  code: number | undefined,
): Promise<AgentClient> {
  if (code === 1001) await sleep(Math.random() * 30_000);
  for (let attempt = 0; ; attempt++) {
    const disk = { current: { epoch: 1, token: agent.token }, next: null };
    const client = await greet(origin, disk).catch(() => undefined);
    if (client) return client;
    await sleep(Math.random() * Math.min(60_000, 1_000 * 2 ** attempt));
  }
}

async function connectAll(origin: string, all: EnrolledAgent[]): Promise<[EnrolledAgent, AgentClient][]> {
  const left = [...all];
  const connected: [EnrolledAgent, AgentClient][] = [];
  const connectSome = async () => {
    for (let agent = left.pop(); agent; agent = left.pop())
      connected.push([agent, await comeBack(origin, agent, undefined)]);
  };
  await Promise.all(Array.from({ length: connectingAtOnce }, connectSome));
  return connected;
}

/** How many of one who asks the other servers all the while were refused. */
async function countRefused({ servers, ada }: Stage, signal: AbortSignal): Promise<number> {
  let refused = 0;
  while (!signal.aborted) {
    for (const server of servers) {
      const { status } = await server.send('GET /api/v1/me', { cookie: ada.cookie });
      if (status !== 200) refused++;
    }
    await sleep(askEveryMs);
  }
  return refused;
}

/** When each came back, in milliseconds after the server had been told to stop. */
async function restart(stage: Stage, server: ServerProcess, all: EnrolledAgent[]) {
  const connected = await connectAll(server.origin, all);
  const began = performance.now();
  const times: number[] = [];
  const returning = connected.map(async ([agent, client]) => {
    const closing = await client.closed(patienceMs);
    const again = await comeBack(server.origin, agent, closing?.code);
    times.push(performance.now() - began);
    return again;
  });
  await server.stop('SIGTERM');
  const started = await startAgain(stage, server);
  const back = await Promise.race([Promise.all(returning), sleep(2 * patienceMs)]);
  for (const client of back ?? []) client.vanish();
  return { times: [...times], started };
}

/** Of how many came in the busiest second, how many times that of the mean. */
function busiest(times: number[]): number {
  const seconds = new Map<number, number>();
  for (const time of times) {
    const second = Math.floor(time / 1_000);
    seconds.set(second, (seconds.get(second) ?? 0) + 1);
  }
  const span = (Math.max(...times) - Math.min(...times)) / 1_000;
  return Math.max(...seconds.values()) / (times.length / Math.max(1, span));
}

export const promise: TrustPromise = {
  id: 'G16',
  name: `a server that is restarted under ${agents.toLocaleString('en')} agents has all of them back, spread over time, and refuses no one else`,
  threshold: `within ${patienceMs / 1_000} s, busiest second at most ${mostTimesMean} times the mean`,
  isFast: false,
  ownStage: true,
  async check(stage) {
    const all = await enroll(stage, agents);
    const done = new AbortController();
    const refusing = countRefused(stage, done.signal);
    const { times, started } = await restart(stage, await stage.another(), all);
    done.abort();
    const refused = await refusing;
    await started[Symbol.asyncDispose]();
    const longest = times.length === agents ? Math.max(...times) : Infinity;
    const peak = times.length > 0 ? busiest(times) : Infinity;
    return {
      measured: `${times.length} back within ${(longest / 1_000).toFixed(1)} s, busiest second ${peak.toFixed(1)} times the mean, ${refused} others refused`,
      holds: longest <= patienceMs && peak <= mostTimesMean && refused === 0,
    };
  },
  control: {
    without: 'saying that it goes and when to come again',
    replaced: ['agents-are-dropped-at-a-stop'],
  },
};
