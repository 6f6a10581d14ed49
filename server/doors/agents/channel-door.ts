import { WebSocketServer, type ServerOptions } from 'ws';
import { createCtx, noReply } from '#server/core/access/context.ts';
import { readBearer } from '#server/core/authentication/authenticate.ts';
import { recordLostAgent } from '#server/credentials/presence/record-lost-agent.ts';
import { openConnection } from '#server/doors/agents/connection.ts';
import { channelLimits, channelPath } from '#server/doors/agents/schema.ts';
import { answerCall } from '#server/doors/agents/serve-agent.ts';
import { takeReply } from '#server/doors/agents/serve-rotation.ts';
import { identify } from '#server/doors/http/admit.ts';
import { stopCounting } from '#server/doors/http/connections.ts';
import { takeOver, type Door, type Exchange } from '#server/doors/http/exchange.ts';
import { AppError } from '#server/errors.ts';

/** What is not in the types yet: for how long the other side may take to close too, and in how many frames it may send a message. */
const options: ServerOptions & { closeTimeout: number; maxFragments: number } = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: channelLimits.messageBytes,
  maxFragments: channelLimits.framesPerMessage,
  closeTimeout: 1_000,
};
const sockets = new WebSocketServer(options);

/** The channel of agents. Refused is answered before the handshake, as any request is. */
export const openChannel: Door = async (exchange) => {
  const { runtime, req, facts, upgrade } = exchange;
  facts.endpoint = `GET ${channelPath}`;
  facts.mayRecover = true;
  assertHandshake(exchange);
  const principal = await identifyAgent(exchange);
  const { agentConnections: connections } = runtime;
  // What ends an agent's right to be here is to be heard of.
  await runtime.hub.listen();
  if (connections.isFull() || exchange.isLeaving) throw full();
  if (!upgrade || upgrade.socket.destroyed) return;
  stopCounting(upgrade.socket);
  takeOver(exchange);
  const { id, address, userAgent, endpoint } = facts;
  const ctx = createCtx(runtime, {
    request: { id, address, userAgent, endpoint },
    reply: noReply,
    principal,
  });
  sockets.handleUpgrade(req, upgrade.socket, upgrade.head, (socket) => {
    const connection = openConnection(socket, ctx, {
      onCall: (from, call) => answerCall(connections, from, call),
      onReply: takeReply,
      onClose: connections.remove,
      onRefused: (why) => runtime.metrics?.agentRefused(why),
    });
    connections.add(connection);
  });
};

/** For whoever comes here by a plain request, such as through a proxy that keeps `Upgrade` to itself. */
export const refusePlainRequest: Door = () => {
  throw new AppError(
    'bad_request',
    'Agents connect here by WebSocket. If one did, a proxy in front does not pass on the header Upgrade.',
  );
};

/** What the library would refuse without our headers. */
function assertHandshake({ req }: Exchange): void {
  const { 'sec-websocket-key': key, 'sec-websocket-version': version } = req.headers;
  const isWellFormed = req.method === 'GET' && /^[+/0-9A-Za-z]{22}==$/.test(key ?? '') && version === '13';
  if (isWellFormed && req.headers['sec-websocket-protocol'] === undefined) return;
  throw new AppError(
    'bad_request',
    'This is no handshake of a WebSocket, version 13, without a subprotocol.',
  );
}

async function identifyAgent(exchange: Exchange) {
  const { runtime, req, facts } = exchange;
  const { authorization } = req.headers;
  const presented = { authorization, cookie: undefined, isAsked: true };
  const principal = await identify(exchange, presented).catch(async (error: unknown) => {
    if (error instanceof AppError && error.code === 'token_invalid')
      await recordLostAgent(runtime, facts, {
        named: req.headers['keyward-agent'],
        shown: readBearer(authorization),
      });
    throw error;
  });
  if (principal?.kind === 'agent') return principal;
  if (principal)
    throw new AppError('permission_denied', 'Only agents connect here, by a secret of their own.');
  throw new AppError('unauthenticated', 'Send the secret of an agent as "Authorization: Bearer kw_agt_…".');
}

const full = () =>
  new AppError('unavailable', 'This server takes no more agents at this moment. Try again in a few seconds.');
