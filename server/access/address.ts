import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** An address in canonical form, IPv4-mapped IPv6 as the IPv4 it is; undefined for anything else. */
export function canonicalAddress(text: string): string | undefined {
  return parse(text)?.toString();
}

/** Whether an address lies in one of the ranges, each an address or a CIDR. */
export function isInRanges(address: string, ranges: readonly string[]): boolean {
  const parsed = parse(address);
  return parsed !== undefined && ranges.some((range) => contains(range, parsed));
}

function contains(range: string, address: Address): boolean {
  if (!range.includes('/')) return parse(range)?.toString() === address.toString();
  const [base, bits] = ipaddr.parseCIDR(range);
  return base.kind() === address.kind() && address.match(base, bits);
}

function parse(text: string): Address | undefined {
  return ipaddr.isValid(text) ? ipaddr.process(text) : undefined;
}
