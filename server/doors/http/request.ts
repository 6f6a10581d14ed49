import { randomUUIDv7 } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Config } from '#server/config.ts';
import type { RequestFacts } from '#server/core/access/context.ts';
import { cutText } from '#server/core/access/schema.ts';
import { findSecrets, redactSecrets } from '#server/core/secrets/format.ts';
import { clientAddress } from '#server/doors/http/client-address.ts';
import { AppError } from '#server/errors.ts';
import { Secret } from '#server/secret.ts';

const userAgentLength = 256;
const pathLength = 256;
/** What is looked at of a longer text: enough that no half of a token gets into what is kept of it. */
const scanned = 16;

export function readFacts(req: IncomingMessage, config: Config): RequestFacts {
  const userAgent = req.headers['user-agent'];
  return {
    id: randomUUIDv7(),
    address: clientAddress(req, config),
    cookie: req.headers.cookie,
    userAgent: userAgent === undefined ? null : readUserAgent(userAgent),
    endpoint: 'none',
  };
}

/** One line of text. Blotted out before it is cut: half a token is most of one. */
function readUserAgent(header: string): string {
  const start = header.slice(0, scanned * userAgentLength);
  if (/^[\x20-\x7e]*$/.test(start)) return redactSecrets(start).slice(0, userAgentLength);
  const line = decodeHeader(header)
    .slice(0, scanned * userAgentLength)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
  return cutText(redactSecrets(line), userAgentLength);
}

/** Node reads headers as Latin-1; what is UTF-8 is meant as that. */
function decodeHeader(header: string): string {
  const text = Buffer.from(header, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? header : text;
}

/** Headers of which a second one may be taken for the first, by us or by a proxy in front. */
const onceOnly = new Set(['host', 'authorization', 'origin', 'content-type', 'sec-fetch-site']);

/** Throws `bad_request` for what RFC 9112, section 3.2, has refused, and for a header that may stand once and stands twice. */
export function assertWellFormed(req: IncomingMessage, authority: string | undefined): void {
  const { rawHeaders, headers, httpVersion } = req;
  if (rawHeaders.length > 2 * Object.keys(headers).length) assertOnce(rawHeaders);
  if (headers.host === undefined && httpVersion === '1.1')
    throw new AppError('bad_request', 'A request of HTTP/1.1 has to say which host it is for.');
  if (authority !== undefined && authority.toLowerCase() !== headers.host?.toLowerCase())
    throw new AppError(
      'bad_request',
      'The request names two hosts: in its first line and in its header Host.',
    );
}

function assertOnce(rawHeaders: string[]): void {
  const names = rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
  const doubled = names.find((name, at) => onceOnly.has(name) && names.indexOf(name) < at);
  if (doubled) throw new AppError('bad_request', `A request has one header ${doubled}.`);
}

/** The address that is asked for, from its path on; a client that takes us for a proxy names our host before that. */
export function readTarget(target: string): { url: string; authority?: string } {
  const [whole, authority] = /^https?:\/\/([^/?]*)/i.exec(target) ?? [];
  if (whole === undefined || authority === undefined) return { url: target };
  const rest = target.slice(whole.length);
  return { url: rest.startsWith('/') ? rest : `/${rest}`, authority };
}

/** Programs take anything; browsers that open a page say that they want HTML. */
export function acceptsHtml({ headers }: IncomingMessage): boolean {
  return (headers.accept ?? '').includes('text/html');
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
  return cutText(redactSecrets(decodeAscii(path.slice(0, scanned * pathLength))), pathLength);
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
