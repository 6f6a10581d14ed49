import type { IncomingMessage } from 'node:http';
import type WebSocket from 'ws';
import type { ClientOptions } from 'ws';
import { describeNetworkFault } from '#cli/client/network-faults.ts';
import type { AgentFailure } from '#server/credentials/rotation/schema.ts';
import type { HelloParams, RotateParams } from '#server/doors/agents/schema.ts';
import { agentUserAgent, readProblem, redact } from './try-token.ts';

/** How a connection came to its end. */
export type ChannelEnd =
  // `livedMs`: since the hello was answered; 0 where it was not.
  | { kind: 'closed'; code: number; reason: string; livedMs: number }
  /** Before it was one: the server's answer to the upgrade. */
  | { kind: 'refused'; status: number; code: string; reason: string; retryAfterSeconds: number }
  | { kind: 'lost'; reason: string; livedMs: number };

export interface FailedRotation {
  rotationId: string;
  reason: AgentFailure;
  text: string;
}

export type RotationAnswer = { status: 'persisted' } | FailedRotation;

export interface ChannelOptions {
  server: string;
  agentId: string;
  token: string;
  hello: HelloParams;
  /** The server has answered the hello. */
  onReady(): void;
  onRotate(params: RotateParams, channel: Channel): Promise<RotationAnswer>;
}

export interface Channel {
  ended: Promise<ChannelEnd>;
  notify(method: string, params: object): void;
  close(): void;
}

interface Message {
  jsonrpc: '2.0';
  id?: number | string | null;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
}

const helloId = 1;
const helloTimeoutMs = 15_000;
/** The server pings every 30 s. */
const idleLimitMs = 75_000;
const idleCheckMs = 5_000;
const messageBytes = 65_536;
const refusalTimeoutMs = 10_000;
/** What `ws` calls an end without a close frame. */
const abnormal = 1006;
const rotationFailedCode = -32_000;
const unknownMethodCode = -32_601;

/** `closeTimeout` is not in the types yet. */
const socketOptions: ClientOptions & { closeTimeout: number } = {
  closeTimeout: 1_000,
  followRedirects: false,
  handshakeTimeout: 15_000,
  maxPayload: messageBytes,
  perMessageDeflate: false,
};

/** A socket, and what was found wrong with it from this side. */
interface Line {
  socket: WebSocket;
  server: string;
  readyAt: number | undefined;
  fault: string | undefined;
}

/** Opens the channel of an agent and keeps it until one side ends it. Never rejects: `ended` says what happened. */
export async function openChannel(options: ChannelOptions): Promise<Channel> {
  // Loaded when an agent runs: all other commands start without it.
  const { WebSocket } = await import('ws');
  const headers = {
    Authorization: `Bearer ${options.token}`,
    'Keyward-Agent': options.agentId,
    'User-Agent': agentUserAgent,
  };
  const address = `${options.server.replace(/^http/, 'ws')}/agents/connect`;
  const socket = new WebSocket(address, { ...socketOptions, headers });
  const line: Line = { socket, server: options.server, readyAt: undefined, fault: undefined };
  const channel: Channel = {
    ended: endOf(line),
    notify: (method, params) => send(line, { method, params }),
    close: () => socket.close(1000),
  };
  watchSilence(line);
  converse(line, options, channel);
  return channel;
}

function send({ socket }: Line, message: Omit<Message, 'jsonrpc'>): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
}

function fail(line: Line, reason: string): void {
  line.fault ??= reason;
  line.socket.terminate();
}

function endOf(line: Line): Promise<ChannelEnd> {
  const { socket } = line;
  return new Promise((resolve) => {
    socket.on('unexpected-response', (_, response) => {
      void readRefusal(response).then((refusal) => {
        resolve(refusal);
        socket.terminate();
      });
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const isOfTheProtocol = error.code?.startsWith('WS_ERR_') ?? false;
      line.fault ??= isOfTheProtocol ? error.message : describeNetworkFault(error, line.server).message;
    });
    socket.on('close', (code, text) => {
      const livedMs = line.readyAt === undefined ? 0 : performance.now() - line.readyAt;
      if (line.fault === undefined && code !== abnormal)
        resolve({ kind: 'closed', code, reason: redact(text.toString()), livedMs });
      else resolve({ kind: 'lost', reason: redact(line.fault ?? 'the connection was lost'), livedMs });
    });
  });
}

/** By the clock, and not by one timer: a machine that slept finds out at once. */
function watchSilence(line: Line): void {
  const { socket } = line;
  let heard = { at: Date.now(), monotonic: performance.now() };
  for (const event of ['open', 'message', 'ping', 'pong']) {
    socket.on(event, () => (heard = { at: Date.now(), monotonic: performance.now() }));
  }
  const timer = setInterval(() => {
    const silentMs = Math.max(Date.now() - heard.at, performance.now() - heard.monotonic);
    if (silentMs > idleLimitMs) fail(line, `nothing was heard from the server for ${idleLimitMs / 1_000} s`);
  }, idleCheckMs);
  socket.on('close', () => clearInterval(timer));
}

function converse(line: Line, options: ChannelOptions, channel: Channel): void {
  const { socket } = line;
  let helloTimer: NodeJS.Timeout | undefined;
  socket.on('open', () => {
    helloTimer = setTimeout(() => fail(line, 'the server did not answer the hello'), helloTimeoutMs);
    send(line, { id: helloId, method: 'agent.hello', params: options.hello });
  });
  socket.on('close', () => clearTimeout(helloTimer));
  socket.on('message', (data: Buffer, isBinary) => {
    const message = isBinary ? undefined : readMessage(data.toString());
    if (!message) return fail(line, 'the server sent what is no message');
    if (message.method !== undefined) return void answer(line, message, { options, channel });
    if (message.id !== helloId) return;
    clearTimeout(helloTimer);
    const { agentId } = (message.result ?? {}) as { agentId?: string };
    if (message.error) fail(line, `the server refused the hello: ${message.error.message}`);
    else if (agentId !== options.agentId) fail(line, 'the server takes it for another agent');
    else {
      line.readyAt = performance.now();
      options.onReady();
    }
  });
}

async function answer(
  line: Line,
  { id, method, params }: Message,
  { options, channel }: { options: ChannelOptions; channel: Channel },
): Promise<void> {
  if (id === undefined || id === null) return;
  const rotation = method === 'token.rotate' ? readRotation(params) : undefined;
  if (!rotation) return send(line, { id, error: { code: unknownMethodCode, message: 'Unknown method.' } });
  const result = await options.onRotate(rotation, channel);
  if ('status' in result) return send(line, { id, result });
  send(line, { id, error: { code: rotationFailedCode, message: result.text, data: result } });
}

async function readRefusal(response: IncomingMessage): Promise<ChannelEnd> {
  const { statusCode = 0, headers } = response;
  const giveUp = setTimeout(() => response.destroy(), refusalTimeoutMs);
  let text = '';
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      text += chunk.toString();
      if (text.length > messageBytes) break;
    }
  } catch {
    // What came of it is enough.
  } finally {
    clearTimeout(giveUp);
  }
  return toRefusal(statusCode, headers['retry-after'], text);
}

function toRefusal(status: number, retryAfter: string | undefined, text: string): ChannelEnd {
  const problem = readProblem(text);
  const seconds = Number(retryAfter);
  return {
    kind: 'refused',
    status,
    code: problem?.code ?? '',
    reason: problem?.reason ?? `The server answered ${status}.`,
    retryAfterSeconds: Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3_600) : 0,
  };
}

function readMessage(text: string): Message | undefined {
  try {
    const found = JSON.parse(text) as Partial<Message> | null;
    return found?.jsonrpc === '2.0' && !Array.isArray(found) ? (found as Message) : undefined;
  } catch {
    return undefined;
  }
}

function readRotation(params: unknown): RotateParams | undefined {
  const { rotationId, epoch, token, graceSeconds } = (params ?? {}) as Partial<RotateParams>;
  if (typeof rotationId !== 'string' || typeof token !== 'string' || !Number.isSafeInteger(epoch)) return;
  return { rotationId, token, epoch: Number(epoch), graceSeconds: Number(graceSeconds) };
}
