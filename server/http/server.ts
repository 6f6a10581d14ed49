import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '#server/errors.ts';
import { bareAnswer, setSecurityHeaders } from '#server/http/answer.ts';
import { limitConnections } from '#server/http/connections.ts';
import { refuse, type Door, type Exchange } from '#server/http/exchange.ts';
import type { StaticExport } from '#server/http/export.ts';
import { assertOwnOrigin, assertOwnRead, loggablePath, readFacts } from '#server/http/request.ts';
import { assertNoTokenInUrl } from '#server/http/url-tokens.ts';
import type { Runtime } from '#server/runtime.ts';

export const httpLimits = {
  urlLength: 8_192,
  headerBytes: 16_384,
  headersMs: 10_000,
  requestMs: 30_000,
  silenceMs: 75_000,
  drainMs: 30_000,
};

/** What the parser's refusals are in HTTP; anything else is a bad request. */
const clientErrors: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** The doors by the beginning of the path, the first that fits; whatever fits none is for `pages`. */
export type RouteTable = readonly Route[];

/**
 * Changes are taken from our own origin, whatever the door. `any-origin`: one that changes nothing and that other sites'
 * requests come through too. `own-origin`: one that only our own pages and programs read from either.
 */
type Route = readonly [prefix: string, door: Door, from?: 'any-origin' | 'own-origin'];

export interface HttpServer {
  port: number;
  /** Takes no more, lets what runs finish for up to 30 s, then closes. */
  close(): Promise<void>;
}

/** Listens as configured. Rejects when the address cannot be listened on. */
export async function startHttpServer(
  runtime: Runtime,
  routes: RouteTable,
  upgrade?: StaticExport['upgrade'],
): Promise<HttpServer> {
  const { config } = runtime;
  const server = createServer(
    {
      maxHeaderSize: httpLimits.headerBytes,
      headersTimeout: httpLimits.headersMs,
      requestTimeout: httpLimits.requestMs,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 72_000,
    },
    (req, res) => void answer(runtime, routes, req, res),
  );
  limitConnections(server, config);
  if (upgrade) server.on('upgrade', upgrade);
  // Whoever neither sends nor reads is let go, a little after an idle connection would be.
  server.setTimeout(httpLimits.silenceMs);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const status = clientErrors[error.code ?? ''] ?? '400 Bad Request';
    if (socket.writable) socket.end(bareAnswer(status, config));
  });
  await listen(server, config.port, config.host);
  const { port } = server.address() as AddressInfo;
  if (!config.urlIsGiven) config.url.port = String(port);
  return {
    port,
    async close() {
      // What stays open would keep the server from ever being idle.
      await Promise.all([runtime.hub.close(), drain(server)]);
    },
  };
}

async function answer(
  runtime: Runtime,
  routes: RouteTable,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  // A connection that was turned away may have sent its request all the same.
  if (req.socket.writableEnded) return;
  const started = performance.now();
  const { path, query } = splitUrl(req.url ?? '/');
  const exchange: Exchange = { runtime, req, res, path, query, facts: readFacts(req, runtime.config) };
  setSecurityHeaders(res, runtime.config);
  res.setHeader('X-Request-Id', exchange.facts.id);
  res.on('close', () => logRequest(exchange, performance.now() - started));
  try {
    if ((req.url ?? '').length > httpLimits.urlLength) {
      throw new AppError('uri_too_long', `An address may have ${httpLimits.urlLength} characters at most.`);
    }
    await assertNoTokenInUrl(exchange);
    const [, door, from] = routeOf(routes, path);
    if (from !== 'any-origin') assertOwnOrigin(req, runtime.config);
    if (from === 'own-origin') assertOwnRead(req, runtime.config);
    await door(exchange);
  } catch (error) {
    refuse(exchange, error);
  }
}

function routeOf(routes: RouteTable, path: string): Route {
  const route = routes.find(
    ([prefix]) => path === prefix || (prefix.endsWith('/') && path.startsWith(prefix)),
  );
  if (!route) throw new AppError('not_found', 'There is nothing at this address.');
  return route;
}

function splitUrl(url: string): { path: string; query: URLSearchParams } {
  const mark = url.indexOf('?');
  if (mark < 0) return { path: url, query: new URLSearchParams() };
  return { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}

/** The path only: a query may hold a code. What stands in place of a token is blotted out by the log itself. */
function logRequest({ runtime, req, res, facts, path }: Exchange, ms: number): void {
  const answered = res.writableFinished ? res.statusCode : 'aborted';
  runtime.metrics?.answered({ endpoint: facts.endpoint, status: answered, ms });
  const line = {
    requestId: facts.id,
    method: req.method,
    path: loggablePath(path),
    status: answered,
    ms: Math.round(ms * 10) / 10,
    address: facts.address,
  };
  runtime.log.info(line, 'request');
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: 1_024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function drain(server: Server): Promise<void> {
  // A connection that is kept alive becomes idle only once its last answer has been sent.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const patience = AbortSignal.timeout(httpLimits.drainMs);
  const gaveUp = once(patience, 'abort').then(() => server.closeAllConnections());
  return Promise.race([closed, gaveUp]).finally(() => clearInterval(sweep));
}
