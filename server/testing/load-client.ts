import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';

export interface LoadCall {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
}

/**
 * What became of a request. `unreachable`: no connection, so that nothing was sent; `torn`: the connection broke before the
 * whole answer was there, and what it did nobody knows; `silent`: no whole answer in time, of which the same is true.
 */
export type LoadAnswer = { ms: number } & (
  | { kind: 'answered'; status: number; code: string | undefined; text: string }
  | { kind: 'unreachable' | 'torn'; why: string }
  | { kind: 'silent' }
);

/** One who asks, over one connection that is kept alive; over a new one where the server closed it. Nothing is ever tried again. */
export interface LoadClient extends Disposable {
  ask(origin: string, call: LoadCall): Promise<LoadAnswer>;
}

export function createLoadClient({ timeoutMs = 10_000 }: { timeoutMs?: number } = {}): LoadClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    async ask(origin, call) {
      const started = performance.now();
      const patience = AbortSignal.timeout(timeoutMs);
      const outcome = await exchange(origin, { agent, patience }, call);
      return { ...outcome, ms: performance.now() - started };
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

type Bare<T> = T extends unknown ? Omit<T, 'ms'> : never;

async function exchange(
  origin: string,
  { agent, patience }: { agent: Agent; patience: AbortSignal },
  { method = 'GET', path, headers, body }: LoadCall,
): Promise<Bare<LoadAnswer>> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const asking = request(origin + path, {
    agent,
    method,
    signal: patience,
    headers: {
      ...(text !== undefined && {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(text),
      }),
      ...headers,
    },
  });
  let isConnected = false;
  asking.on('socket', (socket) => {
    isConnected = !socket.connecting;
    if (socket.connecting) socket.once('connect', () => (isConnected = true));
  });
  // A connection that breaks says so more than once.
  asking.on('error', () => {});
  try {
    asking.end(text);
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    const answer = await readWhole(response);
    return { kind: 'answered', status: response.statusCode ?? 0, code: codeOf(answer), text: answer };
  } catch (error) {
    if (patience.aborted) return { kind: 'silent' };
    const { code, message } = error as NodeJS.ErrnoException;
    return { kind: isConnected ? 'torn' : 'unreachable', why: code ?? message };
  }
}

/** Rejects when the connection breaks before all of it was there. */
async function readWhole(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Why a problem document says that it was refused. */
function codeOf(text: string): string | undefined {
  return /^\{.*"code":"(\w+)"/.exec(text)?.[1];
}

/** Every request of a load, in exactly one of the counts. */
export interface LoadResult {
  asked: number;
  good: number;
  /** By status and code, `503 unavailable`. */
  refused: Record<string, number>;
  unreachable: number;
  torn: number;
  silent: number;
  slowestMs: number;
}

export interface Load {
  clients: number;
  /** How many requests are made in all; left out: until `signal`. */
  requests?: number;
  signal?: AbortSignal;
  /** How long a client waits for an answer. */
  timeoutMs?: number;
  /** Makes the request with that number. */
  ask: (client: LoadClient, number: number) => Promise<LoadAnswer>;
  isGood?: (outcome: LoadAnswer & { kind: 'answered' }) => boolean;
}

/** Has some clients ask, each one request after the other, and says what became of each. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const { clients, requests = Infinity, signal, ask } = load;
  const isGood = load.isGood ?? (({ status }) => status < 400);
  const tally: LoadResult = {
    asked: 0,
    good: 0,
    refused: {},
    unreachable: 0,
    torn: 0,
    silent: 0,
    slowestMs: 0,
  };
  const isOver = () => tally.asked >= requests || signal?.aborted === true;
  async function go(): Promise<void> {
    using client = createLoadClient(load);
    while (!isOver()) count(await ask(client, tally.asked++));
  }
  function count(outcome: LoadAnswer): void {
    tally.slowestMs = Math.max(tally.slowestMs, outcome.ms);
    if (outcome.kind !== 'answered') return void tally[outcome.kind]++;
    if (isGood(outcome)) return void tally.good++;
    const why = [outcome.status, outcome.code].filter(Boolean).join(' ');
    tally.refused[why] = (tally.refused[why] ?? 0) + 1;
  }
  await Promise.all(Array.from({ length: clients }, go));
  return tally;
}

/** How many requests of a load got no good answer. */
export const failuresOf = ({ asked, good }: LoadResult) => asked - good;

/** The failures in words, `2 torn, 1 × 503 unavailable`; empty where there are none. */
export function describeFailures({ refused, unreachable, torn, silent }: LoadResult): string {
  const kinds = Object.entries({ unreachable, torn, silent }).filter(([, count]) => count > 0);
  return [
    ...kinds.map(([kind, count]) => `${count} ${kind}`),
    ...Object.entries(refused).map(([why, count]) => `${count} × ${why}`),
  ].join(', ');
}
