import { randomUUIDv7 } from 'node:crypto';
import type { WebSocket } from 'ws';
import { describeError } from '#db/errors.ts';
import { actFor } from '#db/turns.ts';
import type { AgentCtx } from '#server/credentials/rotation/stage-rotation.ts';
import { ProtocolError, readMessage, type Call, type Reply } from '#server/doors/agents/read-message.ts';
import { channelLimits, closeCodes } from '#server/doors/agents/schema.ts';

export type CloseReason = keyof typeof closeCodes;

/** The connection of an agent to this server. */
export interface AgentConnection {
  id: string;
  ctx: AgentCtx;
  /** Of the secret by which it was opened, or that it has said to use since. */
  epoch: number;
  openedAt: number;
  /** When it became the agent's own by a hello, as `openedAt` by `performance.now()`; undefined: it has said none. */
  greetedAt: number | undefined;
  /** Pings in a row that were not answered. */
  missedPings: number;
  /** Rotations that were sent and not answered yet. */
  unanswered: Map<string, NodeJS.Timeout> | undefined;
  socket: WebSocket;
  /** Why we closed it; undefined: the other side went. */
  closedFor: CloseReason | undefined;
}

export interface ConnectionHandlers {
  onCall(connection: AgentConnection, call: Call): Promise<void>;
  onReply(connection: AgentConnection, reply: Reply): Promise<void>;
  onClose(connection: AgentConnection): void;
  /** A message was refused, and the connection closed for it. */
  onRefused(why: CloseReason): void;
}

/** Reads from a connection, one message after the other, within its limits. */
export function openConnection(
  socket: WebSocket,
  ctx: AgentCtx,
  handlers: ConnectionHandlers,
): AgentConnection {
  const connection: AgentConnection = {
    id: randomUUIDv7(),
    ctx,
    epoch: ctx.principal.agent.epoch,
    openedAt: performance.now(),
    greetedAt: undefined,
    missedPings: 0,
    unanswered: undefined,
    socket,
    closedFor: undefined,
  };
  const admits = createPace();
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  const refuse = (why: CloseReason, reason: string) => {
    handlers.onRefused(why);
    closeConnection(connection, why, reason);
  };
  const isAdmitted = () => {
    if (connection.closedFor !== undefined) return false;
    if (admits()) return true;
    refuse('tooFast', `more than ${channelLimits.messagesPerSecond} messages a second`);
    return false;
  };
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isAdmitted()) return;
    if (isBinary) return refuse('protocol', 'send text, not binary frames');
    // While the database is slow, they are not to pile up here.
    if (++waiting > channelLimits.messagesPerSecond) return refuse('tooFast', 'too many messages wait');
    last = last.then(() => handle(connection, handlers, data.toString(), refuse)).finally(() => waiting--);
  });
  socket.on('ping', () => void isAdmitted());
  socket.on('pong', () => {
    if (isAdmitted()) connection.missedPings = 0;
  });
  // What breaks the framing is closed by the library, with the code of RFC 6455.
  socket.on('error', () => handlers.onRefused('protocol'));
  socket.on('close', () => {
    for (const timer of connection.unanswered?.values() ?? []) clearTimeout(timer);
    handlers.onClose(connection);
  });
  return connection;
}

async function handle(
  connection: AgentConnection,
  { onCall, onReply }: ConnectionHandlers,
  text: string,
  refuse: (why: CloseReason, reason: string) => void,
): Promise<void> {
  if (connection.closedFor !== undefined) return;
  try {
    const message = readMessage(text);
    await asAgent(connection, () =>
      message.kind === 'call' ? onCall(connection, message) : onReply(connection, message),
    );
  } catch (error) {
    if (error instanceof ProtocolError) return refuse('protocol', error.message);
    breakOff(connection, error);
  }
}

/** A fault of ours: the agent had better come again. */
export function breakOff(connection: AgentConnection, error: unknown): void {
  const { log } = connection.ctx.runtime;
  log.error(
    { err: describeError(error), requestId: connection.ctx.request.id },
    'an agent could not be served',
  );
  closeConnection(connection, 'goingAway', 'something failed: reconnect within 30 s');
}

/** Works on behalf of an agent, by its own turns at the database. */
export function asAgent<T>({ ctx }: AgentConnection, run: () => T): T {
  return actFor({ key: `credential ${ctx.principal.agent.id}`, isKnown: true }, run);
}

export function closeConnection(connection: AgentConnection, why: CloseReason, reason: string): void {
  if (connection.closedFor !== undefined) return;
  connection.closedFor = why;
  connection.socket.close(closeCodes[why], reason);
}

export function sendMessage({ socket }: AgentConnection, message: object): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
}

/** Whether another message is admitted in this second. */
function createPace(): () => boolean {
  let second = 0;
  let count = 0;
  return () => {
    const now = Math.floor(performance.now() / 1_000);
    if (now !== second) [second, count] = [now, 0];
    return ++count <= channelLimits.messagesPerSecond;
  };
}
