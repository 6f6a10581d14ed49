import { randomUUIDv7 } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { canonicalAddress, isInRanges } from '#server/access/address.ts';
import { readBearer } from '#server/access/authenticate.ts';
import type { RequestFacts } from '#server/access/context.ts';
import { cutText } from '#server/access/schema.ts';
import type { Config } from '#server/config.ts';
import { findSecrets, redactSecrets } from '#server/credentials/format.ts';
import { Secret } from '#server/credentials/secret.ts';
import { AppError } from '#server/errors.ts';

const userAgentLength = 256;
const pathLength = 256;
const originLength = 300;
const loopbackNames = ['127.0.0.1', '[::1]'];

export function readFacts(req: IncomingMessage, config: Config): RequestFacts {
  const userAgent = req.headers['user-agent']?.replace(/\p{Cc}/gu, ' ');
  return {
    id: randomUUIDv7(),
    address: clientAddress(req, config.trustedProxies),
    cookie: req.headers.cookie,
    // Blotted out before it is cut: half a token is most of one.
    userAgent: userAgent === undefined ? null : cutText(redactSecrets(userAgent), userAgentLength),
    endpoint: 'none',
  };
}

/**
 * The address of whoever asks. `X-Forwarded-For` is believed only as far as trusted proxies wrote it: from the right, the
 * first entry that is not one of them. What stands further left may be anybody's invention.
 */
export function clientAddress(req: IncomingMessage, trusted: Config['trustedProxies']): string {
  const peer = peerAddress(req.socket);
  const header = req.headers['x-forwarded-for'];
  if (header === undefined || trusted === 0) return peer;
  const forwarded = [header]
    .flat()
    .join(',')
    .split(',')
    .map((part) => canonicalAddress(part.trim()));
  const chain = [peer, ...forwarded.reverse()];
  let client = peer;
  for (const [hop, address] of chain.entries()) {
    if (address === undefined) break;
    client = address;
    if (!isTrustedProxy(address, hop, trusted)) break;
  }
  return client;
}

const peers = new WeakMap<Socket, string>();

/** Worked out once a connection, and not for every request of it. */
function peerAddress(socket: Socket): string {
  const known = peers.get(socket);
  if (known !== undefined) return known;
  const address = canonicalAddress(socket.remoteAddress ?? '') ?? '0.0.0.0';
  peers.set(socket, address);
  return address;
}

/** Whether what forwarded headers say of a request was written by a proxy that is trusted. */
export function isFromTrustedProxy(req: IncomingMessage, { trustedProxies }: Config): boolean {
  return isTrustedProxy(peerAddress(req.socket), 0, trustedProxies);
}

export function isTrustedProxy(address: string, hop: number, trusted: Config['trustedProxies']): boolean {
  return typeof trusted === 'number' ? hop < trusted : isInRanges(address, trusted);
}

/**
 * Refuses an unsafe request that a foreign page may have caused a browser to send: one without a bearer token has to come
 * from our own origin, or from a program, which sends neither `Origin` nor `Sec-Fetch-Site`. Throws `origin_not_allowed`.
 */
export function assertOwnOrigin(req: IncomingMessage, config: Config): void {
  if (isSafe(req.method) || readBearer(req.headers.authorization) !== undefined) return;
  const { origin } = req.headers;
  const site = req.headers['sec-fetch-site'];
  if (origin === undefined ? site === undefined : isOwnOrigin(origin, config)) return;
  throw notOwnOrigin(config, origin);
}

/**
 * Refuses what a foreign page makes a browser read with our cookie: it would learn nothing, but could keep us at work, and
 * take up the streams that a person may have open. Opening it as a page is no exception, which needs no hand on a link.
 * Throws `origin_not_allowed`.
 */
export function assertOwnRead({ method, headers }: IncomingMessage, config: Config): void {
  const { origin, 'sec-fetch-site': site } = headers;
  const isForeign =
    origin === undefined ? site === 'cross-site' || site === 'same-site' : !isOwnOrigin(origin, config);
  if (!isForeign || !isSafe(method) || readBearer(headers.authorization) !== undefined) return;
  throw notOwnOrigin(config, origin);
}

/** Whoever is shown this has a page open. If it is one of ours, they opened it at the wrong address. */
function notOwnOrigin({ url }: Config, origin: string | undefined): AppError {
  const sentence = isSiteOrigin(origin)
    ? `This page is open at ${origin}, but this Keyward is at ${url.origin}. Open it there.`
    : `This has to come from ${url.origin} itself.`;
  return new AppError('origin_not_allowed', sentence);
}

/** Whether a header says of which site a page is, and nothing besides. */
export function isSiteOrigin(text: string | undefined): text is string {
  if (text === undefined || text.length > originLength || !/^https?:/.test(text)) return false;
  return URL.canParse(text) && new URL(text).origin === text;
}

/** Without a `KEYWARD_URL` the server is on this machine only, which browsers know by three names. */
function isOwnOrigin(origin: string, { url, urlIsGiven }: Config): boolean {
  if (origin === url.origin) return true;
  return !urlIsGiven && loopbackNames.some((name) => origin === url.origin.replace(url.hostname, name));
}

export function splitUrl(url: string): { path: string; query: URLSearchParams } {
  const mark = url.indexOf('?');
  if (mark < 0) return { path: url, query: new URLSearchParams() };
  return { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}

/** Tokens in an address, which ends up in logs, histories and referrers; percent-encoded ones too. Each once. */
export function findUrlSecrets(url: string): Secret[] {
  const found = findSecrets(decodeAscii(url)).map((secret) => secret.reveal());
  return [...new Set(found)].map((text) => new Secret(text));
}

/** A path as it may be logged: what a query holds is left out, what looks like a token is blotted out. */
export function loggablePath(path: string): string {
  return redactSecrets(decodeAscii(path)).slice(0, pathLength);
}

export function isSafe(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** Undoes percent-encoding of ASCII, also where it was done two or three times over. */
function decodeAscii(text: string): string {
  let decoded = text;
  for (let round = 0; round < 3 && decoded.includes('%'); round++) {
    decoded = decoded.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
  return decoded;
}
