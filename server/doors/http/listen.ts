import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Config } from '#server/config.ts';
import { bareAnswer } from '#server/doors/http/answer.ts';
import { limitConnections, releaseIdleReaders } from '#server/doors/http/connections.ts';
import { PresetResponse } from '#server/doors/http/preset-response.ts';

/** Takes requests for a WebSocket, those that it wants; all others are answered as if they had not asked for one. */
export interface Upgrades {
  wants(req: IncomingMessage): boolean;
  take(req: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export const noUpgrades: Upgrades = { wants: () => false, take: (_, socket) => socket.destroy() };

const limits = {
  headerBytes: 16_384,
  headersMs: 10_000,
  requestMs: 30_000,
  silenceMs: 75_000,
  keepAliveMs: 72_000,
};

/** What the parser's refusals are in HTTP; anything else is a bad request. */
const clientErrors: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/**
 * A server that listens as configured and holds whoever connects to its limits: nobody slow keeps what others need.
 * Rejects when the address cannot be listened on.
 */
export async function openListener(
  config: Config,
  onRequest: RequestListener<typeof IncomingMessage, typeof PresetResponse>,
  upgrades: Upgrades,
): Promise<Server> {
  const server = createServer(
    {
      ServerResponse: PresetResponse,
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: limits.keepAliveMs,
      // Node's own refusal would go without the headers that no answer goes without.
      requireHostHeader: false,
      shouldUpgradeCallback: upgrades.wants,
    },
    onRequest,
  );
  // The same here: what is expected that nobody has heard of may be left unmet.
  server.on('checkExpectation', onRequest);
  limitConnections(server, config);
  releaseIdleReaders(server, limits.silenceMs);
  server.on('upgrade', upgrades.take);
  // Whoever neither sends nor reads is let go, a little after an idle connection would be.
  server.setTimeout(limits.silenceMs);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const status = clientErrors[error.code ?? ''] ?? '400 Bad Request';
    if (socket.writable) socket.end(bareAnswer(status, config));
  });
  await listen(server, config);
  return server;
}

function listen(server: Server, { port, host }: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: 1_024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
