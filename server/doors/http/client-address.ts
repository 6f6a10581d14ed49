import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Config } from '#server/config.ts';
import { canonicalAddress, isInRanges, readAddress } from '#server/core/network/address.ts';

type Proxies = Pick<Config, 'trustedProxies'>;

/** So many entries are read at most: the setting allows no more proxies. */
const mostHops = 10;
const longestElement = 500;

/**
 * The address of the client. What proxies forward is read only from a trusted one, from the right, up to the first entry
 * that is not another trusted proxy: what stands further left may be invented. Null: unknown. An entry that cannot be read
 * never falls back on the address of a proxy, which is trusted with more.
 */
export function clientAddress(
  req: IncomingMessage,
  config: Proxies & Pick<Config, 'clientAddressHeader'>,
): string | null {
  const { address: peer, isTrusted } = peerOf(req.socket, config);
  if (!isTrusted) return peer;
  const { 'x-forwarded-for': usual, forwarded } = req.headers;
  const isStandard = config.clientAddressHeader === 'forwarded';
  const [chosen, other] = isStandard ? [forwarded, usual] : [usual, forwarded];
  // Without either header the proxy asks for itself. The one that was not chosen may be the client's own invention.
  if (chosen === undefined) return other === undefined ? peer : null;
  const header = typeof chosen === 'string' ? chosen : chosen.join(',');
  return readFromRight(header, isStandard ? readElement : readAddress, config.trustedProxies);
}

/** The first entry from the right that is no trusted proxy; null where that cannot be read. */
export function readFromRight(
  header: string,
  readEntry: (text: string) => string | null,
  trusted: Config['trustedProxies'],
): string | null {
  let end = header.length;
  for (let hop = 1; hop <= mostHops; hop++) {
    const comma = header.lastIndexOf(',', end - 1);
    const address = readEntry(header.slice(comma + 1, end).trim());
    if (comma < 0 || !isTrustedProxy(address, hop, trusted)) return address;
    end = comma;
  }
  return null;
}

const token = "[!#$%&'*+.^_`|~\\w-]+";
const pair = `(${token})=(${token}|"(?:[^"\\\\]|\\\\.)*")`;
const element = new RegExp(`^${pair}(?:[ \\t]*;[ \\t]*${pair})*$`);
const pairs = new RegExp(pair, 'g');

/**
 * The address in one element of `Forwarded` (RFC 7239, section 4). An element that a comma in a quoted value has cut in two
 * is not well-formed, and so unknown: read from the left, an open quotation mark would swallow what the proxy has added.
 */
function readElement(text: string): string | null {
  if (text.length > longestElement || !element.test(text)) return null;
  const [found, ...others] = [...text.matchAll(pairs)].filter(
    ([, name = '']) => name.toLowerCase() === 'for',
  );
  return found === undefined || others.length > 0 ? null : readAddress(found[2] ?? '');
}

interface Peer {
  address: string | null;
  trusted: Config['trustedProxies'];
  isTrusted: boolean;
}

const peers = new WeakMap<Socket, Peer>();

/** Who is at the other end, and whether that is a trusted proxy: worked out once a connection, not for every request of it. */
export function peerOf(socket: Socket, { trustedProxies: trusted }: Proxies): Peer {
  const known = peers.get(socket);
  if (known?.trusted === trusted) return known;
  const address = canonicalAddress(socket.remoteAddress ?? '') ?? null;
  const peer = { address, trusted, isTrusted: isTrustedProxy(address, 0, trusted) };
  peers.set(socket, peer);
  return peer;
}

/** `hop`: how many proxies lie between it and this server. */
export function isTrustedProxy(
  address: string | null,
  hop: number,
  trusted: Config['trustedProxies'],
): boolean {
  if (address === null) return false;
  return typeof trusted === 'number' ? hop < trusted : isInRanges(address, trusted);
}
