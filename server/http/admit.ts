import type { ServerResponse } from 'node:http';
import { addressBlock } from '#server/access/address.ts';
import { authenticate, noteAdmitted, type Presented } from '#server/access/authenticate.ts';
import type { Principal } from '#server/access/principal.ts';
import type { RateLimit, RateTaken } from '#server/access/rates.ts';
import { AppError } from '#server/errors.ts';
import type { Exchange } from '#server/http/exchange.ts';

/**
 * Whoever asks, within the limits on calls: of a token by token; of who proves to be nobody by address. Browsers' sessions
 * are not counted. A use is noted once all of them allowed it. Throws what `authenticate` throws, and `rate_limited`.
 */
export async function identify(exchange: Exchange, presented: Presented): Promise<Principal | null> {
  const { runtime, facts } = exchange;
  let principal: Principal | null;
  try {
    principal = await authenticate(runtime, presented, facts);
  } catch (error) {
    if (error instanceof AppError && error.status < 500) await admitAddress(exchange);
    throw error;
  }
  if (principal === null) await admitAddress(exchange);
  else if (principal.origin.kind === 'credential') {
    const limit = principal.origin.rateLimit ?? runtime.config.rateLimits.token;
    if (limit) await admit(exchange, { name: 'token', key: principal.origin.id, limit });
    noteAdmitted(runtime, principal, facts);
  }
  return principal;
}

/** For what anybody may ask, whatever else they show. Throws `rate_limited`. */
export async function admitAddress(exchange: Exchange): Promise<void> {
  const limit = exchange.runtime.config.rateLimits.address;
  if (limit) await admit(exchange, { name: 'address', key: addressBlock(exchange.facts.address), limit });
}

interface Bucket {
  name: 'token' | 'address';
  key: string;
  limit: RateLimit;
}

async function admit({ runtime, res }: Exchange, { name, key, limit }: Bucket): Promise<void> {
  const taking = runtime.rates.take(key, limit);
  // Of this server alone there is nothing to wait for.
  const taken = taking instanceof Promise ? await taking : taking;
  writeRate(res, name, taken);
  if (taken.allowed) return;
  res.setHeader('Retry-After', Math.max(1, Math.ceil(Math.round(taken.retryInMs) / 1_000)));
  throw new AppError('rate_limited', `Too many calls: ${limit.perSecond} a second is the limit. Slow down.`);
}

/** draft-ietf-httpapi-ratelimit-headers: quota and window of the policy; calls remaining, and seconds until all are back. */
function writeRate(res: ServerResponse, name: string, { limit, remaining, fullInMs }: RateTaken): void {
  res.setHeader('RateLimit-Policy', policyOf(name, limit));
  res.setHeader('RateLimit', `"${name}";r=${remaining};t=${Math.ceil(Math.round(fullInMs) / 1_000)}`);
}

function policyOf(name: string, { atOnce, perSecond }: RateLimit): string {
  return `"${name}";q=${atOnce};w=${Math.ceil(atOnce / perSecond)}`;
}
