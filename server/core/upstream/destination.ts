import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { AllowedRange } from '#server/config.ts';
import { isInRanges, parseAddress } from '#server/core/network/address.ts';

/** Where a connection would go to, once its name was resolved. */
export interface Destination {
  address: string;
  port: number;
  /** Without TLS. */
  isPlain: boolean;
}

/**
 * The one rule of where Keyward connects to for others: public addresses by TLS, and what the operator lists. Everything that
 * is special is refused, since an address of a private network, of this machine or of a cloud's metadata is what a forged
 * request would ask for.
 */
export function isAllowedDestination(
  { address, port, isPlain }: Destination,
  allowed: readonly AllowedRange[],
): boolean {
  const isListed = allowed.some(
    (entry) => (entry.port === null || entry.port === port) && isInRanges(address, [entry.range]),
  );
  return isListed || (!isPlain && isPublic(address));
}

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/** IPv6 that only wraps an IPv4 address (mapped, NAT64, 6to4, Teredo) is never public. */
function isPublic(text: string): boolean {
  const address = isIP(text) === 6 ? ipaddr.IPv6.parse(text) : parseAddress(text);
  if (address?.range() !== 'unicast') return false;
  return address instanceof ipaddr.IPv4 || address.match(globalUnicast);
}

export type UrlFault = 'scheme' | 'credentials' | 'fragment' | 'port' | 'address';

/** What is wrong with an upstream's URL before anything is resolved; null: nothing. A name is judged when it is connected to. */
export function upstreamUrlFault(url: URL, allowed: readonly AllowedRange[]): UrlFault | null {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'scheme';
  if (url.username || url.password) return 'credentials';
  if (url.hash) return 'fragment';
  const isPlain = url.protocol === 'http:';
  const port = portOf(url);
  if (port !== 443 && port !== 80 && port < 1_024) return 'port';
  const address = literalOf(url.hostname);
  return address === null || isAllowedDestination({ address, port, isPlain }, allowed) ? null : 'address';
}

export function portOf({ protocol, port }: Pick<URL, 'protocol' | 'port'>): number {
  return Number(port || (protocol === 'http:' ? 80 : 443));
}

/** The address that a host already is; null for a name. */
export function literalOf(hostname: string): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) === 0 ? null : bare;
}
