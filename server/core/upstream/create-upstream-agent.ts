import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, buildConnector, Pool } from 'undici';
import type { AllowedRange } from '#server/config.ts';
import {
  isAllowedDestination,
  literalOf,
  portOf,
  upstreamUrlFault,
  type Destination,
} from '#server/core/upstream/destination.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    /** What every connection to a server of others is made by. */
    upstreamAgent: Agent;
  }
}

/** An upstream's address is one to which Keyward does not connect. */
export class AddressRefusedError extends Error {
  readonly code = 'KW_ADDRESS_REFUSED';
}

/** How names are resolved; `all` is always asked for. */
export type Resolve = (
  hostname: string,
  found: (error: Error | null, addresses?: LookupAddress[]) => void,
) => void;

interface AgentOptions {
  allowed: readonly AllowedRange[];
  /** Left out: as this machine does. */
  resolve?: Resolve;
}

const resolveHere: Resolve = (hostname, found) =>
  lookup(hostname, { all: true, verbatim: true }, (error, addresses) => found(error, addresses));

/**
 * Connects to what `isAllowedDestination` allows and to nothing else. The addresses of a name are checked as they are used, so
 * that a name which resolves to another one afterwards leads nowhere. It follows no redirect and knows no proxy.
 */
export function createUpstreamAgent({ allowed, resolve = resolveHere }: AgentOptions): Agent {
  return new Agent({
    connections: 256,
    keepAliveTimeout: 30_000,
    factory: (origin, options: Pool.Options) =>
      new Pool(origin, { ...options, connect: guardedConnector(new URL(origin), { allowed, resolve }) }),
  });
}

function guardedConnector(url: URL, { allowed, resolve }: Required<AgentOptions>): buildConnector.connector {
  const isAllowed = (address: string) => isAllowedDestination(destination(url, address), allowed);
  const connect = buildConnector({
    allowH2: false,
    timeout: 5_000,
    lookup: checkedLookup(resolve, isAllowed),
  });
  return (options, connected) => {
    const literal = literalOf(options.hostname);
    if (upstreamUrlFault(url, allowed) || (literal && !isAllowed(literal)))
      // An error that arrives before the caller is ready for one ends the process.
      process.nextTick(connected, new AddressRefusedError(), null);
    else connect(options, connected);
  };
}

function destination(url: URL, address: string): Destination {
  return { address, port: portOf(url), isPlain: url.protocol === 'http:' };
}

/** One bad address among good ones refuses the name: which of them is used is not ours to say. */
function checkedLookup(resolve: Resolve, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, { all }, found) => {
    // Of a name that does not resolve there are no addresses, not even an empty list.
    resolve(hostname, (error, addresses = []) => {
      const [first] = addresses;
      const isGood = first !== undefined && addresses.every(({ address }) => isAllowed(address));
      const fault = error ?? (isGood ? null : new AddressRefusedError());
      process.nextTick(() => {
        if (fault || !first) found(fault, all ? [] : '');
        else if (all) found(null, addresses);
        else found(null, first.address, first.family);
      });
    });
  };
}
