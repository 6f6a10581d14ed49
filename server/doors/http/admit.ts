import { setTimeout as sleep } from 'node:timers/promises';
import { TurnRefusedError, type Party, type Release } from '#db/turns.ts';
import type { RateLimit } from '#server/config.ts';
import type { Principal } from '#server/core/access/principal.ts';
import {
  authenticate,
  hashOfShown,
  noteAdmitted,
  type Presented,
} from '#server/core/authentication/authenticate.ts';
import { addressBlock } from '#server/core/network/address.ts';
import type { RateTaken } from '#server/core/rate-limits/rates.ts';
import { callLimits } from '#server/doors/http/admission.ts';
import type { Exchange } from '#server/doors/http/exchange.ts';
import type { PresetResponse } from '#server/doors/http/preset-response.ts';
import type { Spent } from '#server/doors/http/spent-buckets.ts';
import { AppError } from '#server/errors.ts';

/**
 * Who asks, within the limits on calls: a token by itself, a person's sessions together, anyone else by address. `read` reads
 * the body of the call, before it takes one of the caller's places, which it holds until the exchange ends. A caller whose
 * bucket is known to be empty is refused before anything is looked up. Who kept us waiting, for the body or for a place, is
 * looked up anew: what they showed may have been revoked. A use is noted once the call was admitted. Throws what
 * `authenticate` throws, what `read` throws, and `rate_limited`.
 */
export async function identify(
  exchange: Exchange,
  presented: Presented,
  read?: (principal: Principal | null) => Promise<void> | void,
): Promise<Principal | null> {
  const spent = findSpent(exchange, presented);
  if (spent) throw await overLimit(exchange, spent);
  const first = await authenticateCounted(exchange, presented);
  if (first) {
    const bucket = bucketOf(exchange, first);
    if (bucket) await take(exchange, bucket, presented);
    actAs(exchange, { key: `${first.origin.kind} ${first.actor.id}`, isKnown: true });
  }
  const reading = read?.(first);
  const isLate = reading !== undefined && !exchange.req.complete;
  if (reading) await reading;
  // What stays open has a limit of its own: see the hub.
  const waiting = presented.isAsked ? enter(exchange) : undefined;
  if (waiting) await waiting;
  const isOld = first !== null && (isLate || waiting !== undefined);
  const principal = isOld ? await authenticate(exchange.runtime, presented, exchange.facts) : first;
  if (principal) noteAdmitted(exchange.runtime, principal, exchange.facts);
  return principal;
}

/** For calls without a body, or whose body was read. */
export const emptyBody = async () => {};

/** For anonymous calls, ignoring credentials; `read` as above. Throws what it throws, and `rate_limited`. */
export async function admitAddress<T>(exchange: Exchange, read: () => Promise<T>): Promise<T> {
  await refuseSpentAddress(exchange);
  await takeFromAddress(exchange);
  const body = await read();
  await enter(exchange);
  return body;
}

/** For bodies that say who asks: refuses an address whose bucket is known to be empty, at no cost. Throws `rate_limited`. */
export async function refuseSpentAddress(exchange: Exchange): Promise<void> {
  const { spent } = exchange.runtime.admission;
  const found = spent.isEmpty() ? undefined : spent.find(blockOf(exchange));
  if (found) throw await overLimit(exchange, found);
}

/** An empty bucket that speaks against a call. A secret that worked lately is not held up by others at the same address. */
export function findSpent(exchange: Exchange, presented: Presented): Spent | undefined {
  const { runtime } = exchange;
  const { spent } = runtime.admission;
  if (spent.isEmpty()) return undefined;
  const hash = hashOfShown(runtime, presented);
  const isRecent = hash !== undefined && runtime.recentSecrets.has(hash);
  return (hash && spent.find(keyOf(hash))) ?? (isRecent ? undefined : spent.find(blockOf(exchange)));
}

async function authenticateCounted(exchange: Exchange, presented: Presented): Promise<Principal | null> {
  let principal: Principal | null;
  try {
    principal = await authenticate(exchange.runtime, presented, exchange.facts);
  } catch (error) {
    if (error instanceof AppError && error.status < 500) await takeFromAddress(exchange);
    throw error;
  }
  if (!principal) await takeFromAddress(exchange);
  return principal;
}

interface Bucket {
  name: 'token' | 'session' | 'address';
  key: string;
  limit: RateLimit;
}

function bucketOf({ runtime }: Exchange, { origin, actor }: Principal): Bucket | null {
  const usual = runtime.config.rateLimits.token;
  if (origin.kind === 'session') return usual && { name: 'session', key: actor.id, limit: usual };
  const limit = origin.rateLimit ?? usual;
  return limit && { name: 'token', key: origin.id, limit };
}

async function takeFromAddress(exchange: Exchange): Promise<void> {
  const block = blockOf(exchange);
  actAs(exchange, { key: block, isKnown: false });
  const limit = exchange.runtime.config.rateLimits.address;
  if (limit) await take(exchange, { name: 'address', key: block, limit });
}

/** `presented`: what is refused without a look from the first refusal on, until there is a call left. */
async function take(exchange: Exchange, { name, key, limit }: Bucket, presented?: Presented): Promise<void> {
  const { rates, admission } = exchange.runtime;
  const taking = rates.take(key, limit, Math.min(exchange.calls, limit.atOnce));
  // Of this server alone there is nothing to wait for.
  const taken = taking instanceof Promise ? await taking : taking;
  if (taken.allowed) return writeRate(exchange.res, name, taken);
  const shown = presented && hashOfShown(exchange.runtime, presented);
  admission.spent.note(shown ? keyOf(shown) : key, { name, taken });
  throw await overLimit(exchange, { name, taken });
}

async function overLimit(exchange: Exchange, { name, taken }: Spent): Promise<AppError> {
  const { res } = exchange;
  writeRate(res, name, taken);
  res.setHeader('Retry-After', Math.max(1, Math.ceil(Math.round(taken.retryInMs) / 1_000)));
  await holdBack(exchange);
  return new AppError(
    'rate_limited',
    `Too many calls: ${taken.limit.perSecond} a second is the limit. Slow down.`,
  );
}

/** A caller who asks again as soon as they are refused would keep this server busy with refusing. */
async function holdBack({ runtime, caller: { key, isKnown } }: Exchange): Promise<void> {
  const ms = runtime.admission.refusals.next(isKnown ? key : addressBlock(key));
  if (ms > 0) await sleep(ms);
}

/** Takes one of the caller's places, waiting in line for a while. Undefined: there was nothing to wait for. */
function enter(exchange: Exchange): Promise<void> | undefined {
  const { runtime, res, held, caller, calls: places } = exchange;
  const signal = () => {
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    return gone.signal;
  };
  const taking = runtime.admission.calls.take(caller.key, { places, signal });
  if (taking instanceof Promise) return waitForPlace(exchange, taking);
  held.push(taking);
  return undefined;
}

async function waitForPlace(exchange: Exchange, taking: Promise<Release>): Promise<void> {
  try {
    exchange.held.push(await taking);
  } catch (error) {
    if (!(error instanceof TurnRefusedError)) throw error;
    await holdBack(exchange);
    throw tooManyAtOnce();
  }
}

const tooManyAtOnce = () =>
  new AppError('rate_limited', `Too many calls at once: ${callLimits.underWay} of yours run at a time.`, {
    retryAfterSeconds: 1,
  });

/**
 * A person's sessions share all that a caller may have at once, and so do their tokens; a key has its own. A script that runs wild does not keep
 * its owner from the page on which to revoke its token.
 */
function actAs({ caller }: Exchange, as: Party): void {
  Object.assign(caller, as);
}

const blockOf = ({ facts }: Exchange) => addressBlock(facts.address);

const keyOf = (hash: Buffer) => hash.toString('latin1');

/** draft-ietf-httpapi-ratelimit-headers: quota and window of the policy; calls remaining, and seconds until all are back. */
function writeRate(res: PresetResponse, name: string, { limit, remaining, fullInMs }: RateTaken): void {
  res.preset(
    ['RateLimit-Policy', policyOf(name, limit)],
    ['RateLimit', `"${name}";r=${remaining};t=${Math.ceil(Math.round(fullInMs) / 1_000)}`],
  );
}

function policyOf(name: string, { atOnce, perSecond }: RateLimit): string {
  return `"${name}";q=${atOnce};w=${Math.ceil(atOnce / perSecond)}`;
}
