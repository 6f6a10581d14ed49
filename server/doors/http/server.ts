import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { actFor } from '#db/turns.ts';
import type { Runtime } from '#server/core/access/context.ts';
import { presetHeaders } from '#server/doors/http/answer.ts';
import { refuse, releaseHeld, type Door, type Exchange } from '#server/doors/http/exchange.ts';
import { openListener } from '#server/doors/http/listen.ts';
import { assertOwnOrigin, type Reach } from '#server/doors/http/origin.ts';
import { warnOfOtherAddress } from '#server/doors/http/other-address.ts';
import { PresetResponse } from '#server/doors/http/preset-response.ts';
import {
  assertWellFormed,
  loggablePath,
  readFacts,
  readTarget,
  splitUrl,
} from '#server/doors/http/request.ts';
import { warnOfUnknownClient } from '#server/doors/http/unknown-client.ts';
import { assertNoTokenInUrl } from '#server/doors/http/url-tokens.ts';
import { AppError } from '#server/errors.ts';

const urlLength = 8_192;
const drainMs = 30_000;

/** The doors by the beginning of the path, the first that fits; whatever fits none is for `pages`. */
export type RouteTable = readonly Route[];

/** Left out, `reach` is the narrowest there is: our own pages, and programs. */
type Route = readonly [prefix: string, door: Door, reach?: Reach];

export interface HttpServer {
  port: number;
  /**
   * Says that it leaves, for as long as is configured; then takes no more, lets what runs finish for up to 30 s, and
   * closes.
   */
  close(): Promise<void>;
}

/** Listens as configured. Rejects when the address cannot be listened on. */
export async function startHttpServer(
  runtime: Runtime,
  routes: RouteTable,
  upgrades: RouteTable = [],
): Promise<HttpServer> {
  const { config } = runtime;
  let isLeaving = false;
  const take = (req: IncomingMessage, res: PresetResponse) =>
    answer({ runtime, req, res, isLeaving }, routes);
  const server = await openListener(config, take, {
    wants: (req) => findRoute(upgrades, pathOf(req)) !== undefined && isForWebSocket(req),
    take(req, socket, head) {
      const res = answerOn(req);
      const upgrade = { socket: req.socket, head };
      if (res) answer({ runtime, req, res, isLeaving, upgrade }, upgrades);
      else socket.destroy();
    },
  });
  const { port } = server.address() as AddressInfo;
  if (!config.urlIsGiven) config.url.port = String(port);
  return {
    port,
    async close() {
      isLeaving = true;
      await sleep(config.drainSeconds * 1_000);
      // What stays open would keep the server from ever being idle.
      runtime.openCalls.close();
      await Promise.all([runtime.hub.close(), runtime.agentConnections.close(), drain(server)]);
    },
  };
}

type Incoming = Pick<Exchange, 'runtime' | 'req' | 'res' | 'isLeaving' | 'upgrade'>;

function answer(asked: Incoming, routes: RouteTable): void {
  const { runtime, req, res } = asked;
  // A connection that was turned away may have sent its request all the same.
  if (req.socket.writableEnded) return;
  const started = performance.now();
  const { url, authority } = readTarget(req.url ?? '/');
  req.url = url;
  const { path, query } = splitUrl(url.slice(0, urlLength));
  const route = findRoute(routes, path) ?? nowhere;
  const facts = readFacts(req, runtime.config);
  const caller = { key: facts.address ?? 'unknown', isKnown: false };
  const isForPeople = route[2] === 'linked';
  const exchange: Exchange = { ...asked, path, query, facts, caller, calls: 1, held: [], isForPeople };
  // On this connection nothing more will be answered for long.
  if (asked.isLeaving || asked.upgrade) res.shouldKeepAlive = false;
  presetHeaders(res, runtime.config, facts.id);
  res.on('close', () => logRequest(exchange, performance.now() - started));
  void actFor(caller, () => pass(exchange, route, authority));
}

/** Through its door, unless no door should see it. */
async function pass(
  exchange: Exchange,
  [, door, reach]: Route,
  authority: string | undefined,
): Promise<void> {
  const { runtime, req, facts } = exchange;
  try {
    if ((req.url ?? '').length > urlLength)
      throw new AppError('uri_too_long', `An address may have ${urlLength} characters at most.`);
    assertWellFormed(req, authority);
    if (facts.address === null) warnOfUnknownClient(runtime);
    const refusing = assertNoTokenInUrl(exchange);
    if (refusing) await refusing;
    assertOwnOrigin(req, runtime.config, reach);
    await door(exchange);
  } catch (error) {
    if (reach !== 'proxied') warnOfOtherAddress(exchange, error);
    refuse(exchange, error);
  } finally {
    releaseHeld(exchange);
  }
}

const findRoute = (routes: RouteTable, path: string) => routes.find(([prefix]) => leadsTo(prefix, path));

const pathOf = ({ url = '/' }: IncomingMessage) => splitUrl(readTarget(url).url.slice(0, urlLength)).path;

const isForWebSocket = ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket';

/** What a request for an upgrade is refused by, before which Node has let go of its connection; undefined where another answer is under way there. */
function answerOn(req: IncomingMessage): PresetResponse | undefined {
  const { socket } = req;
  socket.on('error', () => {});
  const res = new PresetResponse(req);
  try {
    res.assignSocket(socket);
  } catch {
    return undefined;
  }
  res.once('finish', () => socket.destroySoon());
  return res;
}

const leadsTo = (prefix: string, path: string) =>
  path === prefix || (prefix.endsWith('/') && path.startsWith(prefix));

const nowhere: Route = [
  '',
  () => {
    throw new AppError('not_found', 'There is nothing at this address.');
  },
];

/** The path only: a query may hold a code. What stands in place of a token is blotted out by the log itself. */
function logRequest({ runtime, req, res, facts, path }: Exchange, ms: number): void {
  const answered = res.writableFinished || res.statusCode === 101 ? res.statusCode : 'aborted';
  runtime.metrics?.answered({ endpoint: facts.endpoint, status: answered, ms });
  if (!runtime.log.isLevelEnabled('info')) return;
  const line = {
    requestId: facts.id,
    method: req.method,
    path: loggablePath(path),
    status: answered,
    ms: Math.round(ms * 10) / 10,
    address: facts.address ?? 'unknown',
  };
  runtime.log.info(line, 'request');
}

/** Closes, once what runs has finished, or after 30 s. */
export function drain(server: Server): Promise<void> {
  // A connection that is kept alive becomes idle only once its last answer has been sent.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const patience = AbortSignal.timeout(drainMs);
  const gaveUp = once(patience, 'abort').then(() => server.closeAllConnections());
  return Promise.race([closed, gaveUp]).finally(() => clearInterval(sweep));
}
