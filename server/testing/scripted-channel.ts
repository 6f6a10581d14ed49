import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { newSecret } from '#server/core/secrets/format.ts';
import { channelPath, type HelloParams } from '#server/doors/agents/schema.ts';

/** What agents speak to, under the control of a test: it can lose an answer, refuse, or end at any step. */
export interface ScriptedChannel extends AsyncDisposable {
  origin: string;
  agentId: string;
  /** The secret that works, which `state` on a disk begins with. */
  first: { epoch: number; token: string };
  /** The hellos that it heard so far. */
  hellos: HelloParams[];
  /** Headers of the upgrades that it saw so far. */
  upgrades: IncomingMessage['headers'][];
  /** What came from the agent and was neither a hello nor an answer. */
  told: { method: string; params: unknown }[];
  /** Answers to what it sent, by the id of the rotation. */
  answers: { rotationId: string; result?: unknown; error?: { data?: unknown } }[];
  /** Decides how `GET /api/v1/me` and upgrades are answered; undefined: as a server would. */
  refuse: ((what: 'me' | 'upgrade', token: string) => Refusal | undefined) | undefined;
  connected(): boolean;
  /** Sends a new secret, or the same again. */
  rotate(again?: Sent): Sent;
  /** Ends the connection. */
  close(code: number, reason?: string): void;
  /** Takes a secret as a call with it would. */
  use(token: string): Refusal | undefined;
  /** Whether a secret works now. */
  isGood(token: string): boolean;
}

export interface Sent {
  rotationId: string;
  epoch: number;
  token: string;
}

export interface Refusal {
  status: number;
  code: string;
  /** No answer at all. */
  isLost?: boolean;
}

type State = 'current' | 'staged' | 'grace';

export async function openScriptedChannel(port = 0): Promise<ScriptedChannel> {
  const agentId = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401';
  const first = { epoch: 1, token: newSecret('agt').reveal() };
  const secrets = new Map<string, { epoch: number; state: State }>([
    [first.token, { epoch: 1, state: 'current' }],
  ]);
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer((req, res) => answerMe(req, res));
  let live: WebSocket | undefined;
  let epoch = 1;

  const channel: ScriptedChannel = {
    origin: '',
    agentId,
    first,
    hellos: [],
    upgrades: [],
    told: [],
    answers: [],
    refuse: undefined,
    connected: () => live !== undefined,
    rotate(again) {
      const sent = again ?? stage();
      live?.send(
        JSON.stringify({
          jsonrpc: '2.0',
          id: sent.rotationId,
          method: 'token.rotate',
          params: { ...sent, graceSeconds: 300 },
        }),
      );
      return sent;
    },
    close: (code, reason) => live?.close(code, reason),
    use,
    isGood: (token) => secrets.has(token),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  function stage(): Sent {
    for (const [token, { state }] of secrets) if (state === 'staged') secrets.delete(token);
    epoch += 1;
    const token = newSecret('agt').reveal();
    secrets.set(token, { epoch, state: 'staged' });
    return { rotationId: `rotation-${epoch}`, epoch, token };
  }

  function use(token: string): Refusal | undefined {
    const found = secrets.get(token);
    if (!found) return { status: 401, code: 'token_invalid' };
    if (found.state !== 'staged') return undefined;
    for (const [other, { state }] of secrets) if (state === 'grace') secrets.delete(other);
    for (const secret of secrets.values()) if (secret.state === 'current') secret.state = 'grace';
    found.state = 'current';
    return undefined;
  }

  function answerMe(req: IncomingMessage, res: ServerResponse): void {
    const token = tokenOf(req);
    const scripted = channel.refuse?.('me', token);
    const refusal = scripted && !scripted.isLost ? scripted : use(token);
    if (scripted?.isLost) return void req.socket.destroy();
    res.statusCode = refusal?.status ?? 200;
    res.end(
      JSON.stringify(refusal ? problem(refusal) : { agent: { id: agentId, name: 'a', ownerId: agentId } }),
    );
  }

  server.on('upgrade', (req: IncomingMessage, socket: Duplex, head: Buffer) => {
    channel.upgrades.push(req.headers);
    const token = tokenOf(req);
    const refusal =
      req.url === channelPath
        ? (channel.refuse?.('upgrade', token) ?? use(token))
        : { status: 404, code: 'x' };
    if (refusal) return refuseUpgrade(socket, refusal);
    sockets.handleUpgrade(req, socket, head, (opened) => {
      live?.close(4009);
      live = opened;
      opened.on('close', () => (live = live === opened ? undefined : live));
      opened.on('message', (data: Buffer) => hear(opened, JSON.parse(data.toString()) as Heard));
    });
  });

  interface Heard {
    id?: string;
    method?: string;
    params?: HelloParams;
    result?: unknown;
    error?: { data?: unknown };
  }

  function hear(socket: WebSocket, { id, method, params, result, error }: Heard): void {
    if (method === 'agent.hello' && params) {
      channel.hellos.push(params);
      const hello = {
        agentId,
        epoch: params.epoch,
        serverTime: new Date().toISOString(),
        heartbeatSeconds: 30,
      };
      return socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: hello }));
    }
    if (method !== undefined) channel.told.push({ method, params });
    else if (id !== undefined) channel.answers.push({ rotationId: id, result, ...(error && { error }) });
  }

  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  channel.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return channel;
}

const tokenOf = ({ headers }: IncomingMessage) => (headers.authorization ?? '').replace('Bearer ', '');

const problem = ({ status, code }: Refusal) => ({ status, code, detail: `Refused as ${code}.` });

function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const body = JSON.stringify(problem(refusal));
  socket.end(
    `HTTP/1.1 ${refusal.status} Refused\r\nConnection: close\r\nContent-Type: application/problem+json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}
