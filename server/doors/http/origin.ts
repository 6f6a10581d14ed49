import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Config } from '#server/config.ts';
import { cutText } from '#server/core/access/schema.ts';
import { readBearer } from '#server/core/authentication/authenticate.ts';
import { peerOf } from '#server/doors/http/client-address.ts';
import { AppError } from '#server/errors.ts';

/**
 * What a route lets in beyond our own pages and programs. `linked`: a person who follows a link to it, from wherever.
 * `proxied`: the same, and its own pages are those of the site that a proxy asks for. `named`: nothing, a token of a foreign
 * page is refused too, and so is a host name that is not ours, which someone else may have pointed at this server.
 */
export type Reach = 'linked' | 'proxied' | 'named';

const originLength = 300;
const loopbackNames = ['127.0.0.1', '[::1]'];

/**
 * The one rule about origins, for every route: refuses what a foreign page may have made a browser send, to read as well as
 * to change, unless it has a bearer token, which no browser adds by itself. Programs send neither `Origin` nor
 * `Sec-Fetch-Site`. Throws `origin_not_allowed`.
 */
export function assertOwnOrigin(req: IncomingMessage, config: Config, reach?: Reach): void {
  const isNamed = reach === 'named';
  if (isNamed) assertOwnHost(req, config);
  const hasBearer = readBearer(req.headers.authorization) !== undefined;
  if (hasBearer && !(isNamed && req.headers.origin !== undefined)) return;
  const own = reach === 'proxied' ? servedOrigin(req, config) : config.url.origin;
  if (!isForeign(req, (origin) => isOwnOrigin(origin, own, config))) return;
  if ((reach === 'linked' || reach === 'proxied') && isFollowedLink(req)) return;
  const { origin } = req.headers;
  // The reader of this has a page open. If it is one of ours, they opened it at the wrong address.
  const isElsewhere = reach !== 'proxied' && isSiteOrigin(origin);
  const sentence = isElsewhere
    ? `This page is open at ${origin}, but this Keyward is at ${own}. Open it there.`
    : `This has to come from ${own} itself.`;
  throw new AppError('origin_not_allowed', sentence);
}

/** Addresses and names without a dot cannot be pointed here by others; a trusted proxy says what host it likes. */
function assertOwnHost(req: IncomingMessage, config: Config): void {
  const host = (req.headers.host ?? '').replace(/:\d*$/, '').toLowerCase();
  const isOwn = host === config.url.hostname || !host.includes('.') || isIP(host) !== 0;
  if (isOwn || peerOf(req.socket, config).isTrusted) return;
  throw new AppError(
    'origin_not_allowed',
    `This server is not known as ${cutText(host, 100)}. Use ${config.url.origin}.`,
  );
}

/** Whether a foreign page may have made a browser send it. */
export function isForeign(req: IncomingMessage, isOwn: (origin: string) => boolean): boolean {
  const { origin, 'sec-fetch-site': site, cookie } = req.headers;
  if (origin !== undefined) return !isOwn(origin);
  // Browsers say where a WebSocket comes from by `Origin` alone, and always.
  if (cookie !== undefined && opensSocket(req)) return true;
  if (site === undefined) return false;
  // They send `Origin` with every request that may change something.
  return !isSafeRequest(req) || isOtherSite(site);
}

/** A neighbour of ours (`same-site`) is another too. `none`: the person asked for it themselves. */
export function isOtherSite(site: string | string[]): boolean {
  return site !== 'same-origin' && site !== 'none';
}

/** A page opened in a window of its own; no frame, image or script, and nothing that is sent. */
export function isFollowedLink(req: IncomingMessage): boolean {
  const { origin, 'sec-fetch-dest': dest } = req.headers;
  return origin === undefined && dest === 'document' && isSafeRequest(req) && !opensSocket(req);
}

/** Also through a proxy, which keeps `Upgrade` to itself. */
export function opensSocket({ headers }: IncomingMessage): boolean {
  return (
    headers['sec-websocket-key'] !== undefined || Boolean(headers.upgrade || headers['x-forwarded-upgrade'])
  );
}

/** Proxies ask by GET, and say by which method they were asked. Other callers can only make it stricter. */
export function isSafeRequest({ method, headers }: IncomingMessage): boolean {
  const forwarded = headers['x-forwarded-method'];
  return isSafe(method) && (forwarded === undefined || isSafe(String(forwarded)));
}

export function isSafe(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** Where a browser has found the site that a proxy asks for: as a trusted one says, else our own origin. */
export function servedOrigin(req: IncomingMessage, config: Config): string {
  const { url } = config;
  if (!peerOf(req.socket, config).isTrusted) return url.origin;
  const { 'x-forwarded-host': host = req.headers.host, 'x-forwarded-proto': scheme } = req.headers;
  // Traefik says `wss` of a WebSocket, whose page is at `https`.
  const told = [scheme ?? url.protocol.slice(0, -1), host].join('://').replace(/^ws/, 'http');
  const isSite = told.length <= originLength && /^https?:/.test(told) && URL.canParse(told);
  return isSite ? new URL(told).origin : url.origin;
}

/** Without a `KEYWARD_URL` the server is on this machine only, which browsers know by three names. */
export function isOwnOrigin(origin: string, own: string, { url, urlIsGiven }: Config): boolean {
  if (origin === own) return true;
  const isOurs = own === url.origin && !urlIsGiven;
  return isOurs && loopbackNames.some((name) => origin === own.replace(url.hostname, name));
}

/** Whether a header says of which site a page is, and nothing besides. */
export function isSiteOrigin(text: string | undefined): text is string {
  if (text === undefined || text.length > originLength || !/^https?:/.test(text)) return false;
  return URL.canParse(text) && new URL(text).origin === text;
}
