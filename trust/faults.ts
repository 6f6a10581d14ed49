import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLoadClient, runLoad, type LoadCall, type LoadResult } from '#server/testing/load-client.ts';
import type { ServerProcess } from '#server/testing/process.ts';
import type { Stage } from './stage.ts';

/** Somebody who asks a server for what it needs its database for. */
export interface Asker {
  origin: string;
  cookie: string;
  /** Of the same person; left out: asks by cookie only. */
  token?: string;
}

/** Starts a server where one has ended, and again where that fails, as a supervisor does: its database may be busy. */
export async function startAgain(stage: Stage, { origin }: ServerProcess): Promise<ServerProcess> {
  const start = () => stage.another({ PORT: new URL(origin).port });
  return start().catch(start).catch(start);
}

/** By cookie and by token, reading and changing: a server that does all of these well serves. */
function callsOf({ cookie, token }: Asker): LoadCall[] {
  const byCookie = { Cookie: cookie };
  return [
    { path: '/readyz' },
    { path: '/api/v1/tokens', headers: byCookie },
    { method: 'PATCH', path: '/api/v1/account', headers: byCookie, body: { name: `Ada ${randomUUID()}` } },
    ...(token ? [{ path: '/api/v1/me', headers: { Authorization: `Bearer ${token}` } }] : []),
  ];
}

/** Resolves with the milliseconds after which a server did everything well, and with `patienceMs` where it did not. */
export async function untilServing(asker: Asker, patienceMs: number): Promise<number> {
  using client = createLoadClient({ timeoutMs: patienceMs });
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  while (elapsed() < patienceMs) {
    let isServing = true;
    for (const call of callsOf(asker)) {
      const outcome = await client.ask(asker.origin, call);
      isServing &&= outcome.kind === 'answered' && outcome.status < 300;
    }
    if (isServing) return elapsed();
    await sleep(50);
  }
  return patienceMs;
}

/**
 * Asks everything, many at a time, for as long as is said. Good is what was done, and what was refused as `unavailable`; the
 * slowest of the latter is told too.
 */
export async function askWhile(
  askers: Asker[],
  { clients, ms }: { clients: number; ms: number },
): Promise<LoadResult & { slowestRefusalMs: number }> {
  let slowestRefusalMs = 0;
  const tally = await runLoad({
    clients,
    signal: AbortSignal.timeout(ms),
    async ask(client, number) {
      const asker = askers[number % askers.length] as Asker;
      const calls = callsOf(asker);
      const outcome = await client.ask(
        asker.origin,
        calls[Math.floor(number / askers.length) % calls.length] as LoadCall,
      );
      if (outcome.kind === 'answered' && outcome.status === 503)
        slowestRefusalMs = Math.max(slowestRefusalMs, outcome.ms);
      // This is about faults, and not about how much a machine can do.
      await sleep(50);
      return outcome;
    },
    isGood: ({ status, code, text }) =>
      status < 300 || (status === 503 && (code === 'unavailable' || text.includes('"checks"'))),
  });
  return { ...tally, slowestRefusalMs };
}
