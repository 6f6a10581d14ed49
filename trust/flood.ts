import { Worker } from 'node:worker_threads';

/** Many connections that ask the same again and again, each once it was answered. */
export interface Flood extends Disposable {
  /** How many answers there were so far, by status. */
  answered: ReadonlyMap<number, number>;
}

/** What a flood is told. `requests`: that of each connection, whole. */
export interface FloodOrder {
  origin: string;
  requests: string[];
}

/**
 * From a thread of its own and by bare sockets: what measures here would else wait for what floods. `ask`: the request of a
 * connection, whole.
 */
export function openFlood(origin: string, connections: number, ask: (at: number) => string): Flood {
  let answered: ReadonlyMap<number, number> = new Map();
  const workerData: FloodOrder = {
    origin,
    requests: Array.from({ length: connections }, (_, at) => ask(at)),
  };
  const worker = new Worker(new URL('./flood-worker.ts', import.meta.url), { workerData });
  worker.on('message', (counted: typeof answered) => void (answered = counted));
  return {
    get answered() {
      return answered;
    },
    [Symbol.dispose]: () => void worker.terminate(),
  };
}

/** A request without a body, on a connection that stays open. */
export function getText(path: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ Host: 'localhost', ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** The same with a body of JSON. */
export function postText(path: string, headers: Readonly<Record<string, string>>, body: string): string {
  const all = { ...headers, 'Content-Type': 'application/json', 'Content-Length': String(body.length) };
  return getText(path, all).replace(/^GET/, 'POST') + body;
}
