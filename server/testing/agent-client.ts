import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { Problem } from '#server/core/procedures/problem.ts';
import type { HelloParams, RotateParams } from '#server/doors/agents/schema.ts';

/** A message as it came. */
export interface Received {
  id?: string | number;
  method?: string;
  params?: RotateParams;
  result?: { agentId: string; epoch: number; serverTime: string; heartbeatSeconds: number };
  error?: unknown;
}

/** The other side of the channel, which says nothing by itself. */
export interface AgentClient extends AsyncDisposable {
  /** The next message; null when none comes within a time, or the connection ends. */
  next(withinMs?: number): Promise<Received | null>;
  send(message: unknown): void;
  /** Sends a frame as it is. */
  sendRaw(data: string | Buffer): void;
  /** Says hello, and resolves with what the server answers; null where it closes the connection. */
  hello(said?: Partial<HelloParams>): Promise<Received | null>;
  /** Resolves with the next secret that is sent, passing over all else. */
  rotation(withinMs?: number): Promise<RotateParams | null>;
  /** Says that a secret is on its disk. */
  persisted(rotationId: string): void;
  /** Resolves with the code and reason by which it was closed; null when it is open still after a time. */
  closed(withinMs?: number): Promise<{ code: number; reason: string } | null>;
  /** Goes without a word, as a machine that is switched off. */
  vanish(): void;
  socket: WebSocket;
}

/** Refused before the handshake. */
export interface RefusedUpgrade {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  problem: Problem;
}

export interface ConnectOptions {
  token?: string;
  path?: string;
  headers?: Record<string, string>;
}

/** Asks for the channel. */
export function tryConnect(
  origin: string,
  { token, path = '/agents/connect', headers }: ConnectOptions,
): Promise<AgentClient | RefusedUpgrade> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}${path}`, {
    headers: { ...(token && { Authorization: `Bearer ${token}` }), ...headers },
    perMessageDeflate: false,
  });
  const { promise, resolve, reject } = Promise.withResolvers<AgentClient | RefusedUpgrade>();
  const client = listen(socket);
  socket.once('open', () => resolve(client));
  socket.once('error', reject);
  socket.once('unexpected-response', (_, response) => {
    let text = '';
    response.on('data', (part: Buffer) => (text += part.toString()));
    response.on('end', () =>
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        problem: JSON.parse(text) as Problem,
      }),
    );
  });
  return promise;
}

/** Connects. Throws where that is refused. */
export async function connectAgent(origin: string, options: ConnectOptions): Promise<AgentClient> {
  const connected = await tryConnect(origin, options);
  if ('status' in connected) throw new Error(`refused with ${connected.status}: ${connected.problem.code}`);
  return connected;
}

/** Connects and says hello, by the secret of an epoch. */
export async function greetAs(
  origin: string,
  { token, ...said }: { token: string } & Partial<HelloParams>,
): Promise<AgentClient> {
  const client = await connectAgent(origin, { token });
  const answer = await client.hello(said);
  if (!answer?.result) throw new Error(`no hello: ${JSON.stringify(await client.closed(100))}`);
  return client;
}

function listen(socket: WebSocket): AgentClient {
  const received: Received[] = [];
  let wake = Promise.withResolvers<void>();
  let ending: { code: number; reason: string } | undefined;
  socket.on('message', (data: Buffer) => {
    received.push(JSON.parse(data.toString()) as Received);
    wake.resolve();
  });
  const over = new Promise<void>((resolve) => {
    socket.once('close', (code, reason) => {
      ending = { code, reason: reason.toString() };
      wake.resolve();
      resolve();
    });
  });
  socket.on('error', () => {});

  async function next(withinMs = 5_000): Promise<Received | null> {
    if (received.length === 0 && !ending) {
      wake = Promise.withResolvers();
      await Promise.race([wake.promise, sleep(withinMs, undefined, { ref: false })]);
    }
    return received.shift() ?? null;
  }
  const send = (message: unknown) => socket.send(JSON.stringify(message));

  return {
    socket,
    next,
    send,
    sendRaw: (data) => socket.send(data),
    async hello(said = {}) {
      const params = { host: 'runner-1', version: '0.1.0', epoch: 1, ...said };
      send({ jsonrpc: '2.0', id: 1, method: 'agent.hello', params });
      return next();
    },
    async rotation(withinMs) {
      for (let message = await next(withinMs); message; message = await next(withinMs))
        if (message.method === 'token.rotate') return message.params ?? null;
      return null;
    },
    persisted: (rotationId) => send({ jsonrpc: '2.0', id: rotationId, result: { status: 'persisted' } }),
    async closed(withinMs = 5_000) {
      await Promise.race([over, sleep(withinMs, undefined, { ref: false })]);
      return ending ?? null;
    },
    vanish: () => socket.terminate(),
    async [Symbol.asyncDispose]() {
      socket.terminate();
      await over;
    },
  };
}
