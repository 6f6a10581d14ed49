import { isIP, isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** An address in canonical form, IPv4-mapped IPv6 as the IPv4 it is; undefined for anything else. */
export function canonicalAddress(text: string): string | undefined {
  return isIPv4(text) ? text : parseAddress(text)?.toString();
}

/** No proxy writes more than that for one address. */
const longest = 100;
const withPort = /^(?:\[([^\]]+)\]|([\d.]+))(?::(?:\d{1,5}|_[\w.-]+))?$/;

/**
 * The address in what a proxy or a framework writes: bare, quoted, in brackets, with a port. Null for `unknown`, for an
 * obfuscated name (`_hidden`, RFC 7239), and for anything else that is no address.
 */
export function readAddress(text: string): string | null {
  if (text.length > longest) return null;
  const written = /^"(.*)"$/.exec(text)?.[1] ?? text;
  const found = withPort.exec(written);
  return canonicalAddress(found?.[1] ?? found?.[2] ?? written) ?? null;
}

/** What is counted as one place: an IPv4 address, or the /64 that one IPv6 subscriber has all of; all unknown ones together. */
export function addressBlock(text: string | null): string {
  if (text === null) return 'unknown';
  const address = parseAddress(text);
  if (!(address instanceof ipaddr.IPv6)) return address?.toString() ?? text;
  const network = [...address.parts.slice(0, 4), 0, 0, 0, 0];
  return `${new ipaddr.IPv6(network).toString()}/64`;
}

/** What one customer of a provider may have all of, as PostgreSQL takes it: an IPv4 /24, an IPv6 /48. Takes a block too. */
export function widerNetwork(text: string): string {
  const [base = ''] = text.split('/');
  const address = parseAddress(base);
  if (address === undefined) return text;
  if (address instanceof ipaddr.IPv6)
    return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/48`).toString()}/48`;
  return `${ipaddr.IPv4.networkAddressFromCIDR(`${address.toString()}/24`).toString()}/24`;
}

/** The same without what tells its hosts apart: one text for the whole network. */
export function networkOf(text: string): string {
  const network = widerNetwork(text);
  const isIPv6 = parseAddress(text) instanceof ipaddr.IPv6;
  return (isIPv6 ? ipaddr.IPv6 : ipaddr.IPv4).networkAddressFromCIDR(network).toString();
}

/** Whether an address lies in one of the ranges, each an address or a CIDR. */
export function isInRanges(address: string, ranges: readonly string[]): boolean {
  const parsed = parseAddress(address);
  return parsed !== undefined && ranges.some((range) => contains(range, parsed));
}

function contains(range: string, address: Address): boolean {
  const parsed = parseRange(range);
  if (!parsed) return false;
  const [base, bits] = parsed;
  return base.kind() === address.kind() && address.match(base, bits);
}

/**
 * Without the zone of a link-local address (`%eth0`), which names an interface of this machine and is no part of it. By Node's
 * rules: to ipaddr.js `1234` is an address too.
 */
export function parseAddress(text: string): Address | undefined {
  if (isIP(text) === 0) return undefined;
  const [address = ''] = text.split('%');
  return ipaddr.process(address);
}

type Range = readonly [base: Address, bits: number];

/** Settings and allowlists hold the same few, and each request asks. */
const parsedRanges = new Map<string, Range | null>();
const mostRanges = 10_000;

/** Null for what is no range. */
function parseRange(range: string): Range | null {
  const known = parsedRanges.get(range);
  if (known !== undefined) return known;
  const parsed = range.includes('/') ? parseCidr(range) : parseSingle(range);
  if (parsedRanges.size >= mostRanges) parsedRanges.clear();
  parsedRanges.set(range, parsed);
  return parsed;
}

function parseSingle(text: string): Range | null {
  const address = parseAddress(text);
  return address ? [address, address instanceof ipaddr.IPv6 ? 128 : 32] : null;
}

/** A range of IPv4 addresses written as IPv6 (`::ffff:203.0.113.0/120`) is the IPv4 range that it means. */
function parseCidr(range: string): Range {
  const [base, bits] = ipaddr.parseCIDR(range);
  if (!(base instanceof ipaddr.IPv6) || !base.isIPv4MappedAddress() || bits < 96) return [base, bits];
  return [base.toIPv4Address(), bits - 96];
}
