import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimit } from '#server/config.ts';
import type { Rates, RateTaken } from '#server/core/rate-limits/rates.ts';
import type { Secret } from '#server/secret.ts';

const commandTimeoutMs = 200;
const silenceMs = 1_000;

/**
 * A token bucket in place of the library's fixed window: the key holds when the bucket is full again, by the clock of
 * Redis. ARGV: cost, (not used), calls at once, seconds in which they come back. Returns calls taken and milliseconds until
 * it is full; or more calls than there are and milliseconds until there are enough.
 */
const takeScript = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + time[2] / 1000
  local size = ARGV[4] * 1000
  local per_call = size / ARGV[3]
  local before = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0))
  local after = before + ARGV[1] * per_call
  if after - now > size + 0.001 then return { ARGV[3] + 1, math.ceil(after - now - size) } end
  redis.call('SET', KEYS[1], string.format('%.3f', after), 'PX', math.ceil(after - now))
  return { math.ceil((after - now) / per_call - 0.001), math.ceil(after - now) }`;

/**
 * Buckets that all servers of one Redis share. A Redis that is away or slow costs nobody an answer: for a second each server
 * counts for itself, then it is tried again.
 */
export function connectSharedRates(url: Secret, local: Rates, log: Logger): Rates {
  const redis = new Redis(url.reveal(), {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
    connectTimeout: 2_000,
    enableAutoPipelining: true,
    retryStrategy: (times) => Math.min(times * 100, silenceMs),
  });
  // Where it leads nowhere, the first attempt says so, before anybody calls.
  redis.on('error', noteAway);
  const limiters = new Map<string, RateLimiterRedis>();
  let isAway = false;
  let tryAgainAt = 0;

  function limiterOf({ perSecond, atOnce }: RateLimit): RateLimiterRedis {
    const name = `${perSecond}/${atOnce}`;
    const known = limiters.get(name);
    if (known) return known;
    const limiter = new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `keyward:rate:${name}`,
      points: atOnce,
      duration: atOnce / perSecond,
      customIncrTtlLuaScript: takeScript,
      rejectIfRedisNotReady: true,
    });
    limiters.set(name, limiter);
    return limiter;
  }

  function noteAway(error: unknown): void {
    tryAgainAt = performance.now() + silenceMs;
    if (!isAway)
      log.warn({ err: error }, 'Redis does not answer: until it does, each server counts calls for itself');
    isAway = true;
  }

  function noteBack(): void {
    if (isAway) log.info('Redis answers again');
    isAway = false;
  }

  return {
    async take(key, limit, cost = 1) {
      if (performance.now() < tryAgainAt || (redis.status !== 'ready' && isAway))
        return local.take(key, limit, cost);
      try {
        const taken = await consume(limiterOf(limit), key, cost);
        noteBack();
        return toTaken(limit, taken);
      } catch (error) {
        noteAway(error);
        return local.take(key, limit, cost);
      }
    },
    close() {
      redis.disconnect();
      local.close();
    },
  };
}

interface Consumed {
  allowed: boolean;
  result: RateLimiterRes;
}

/** The library throws its result where a call is refused. */
async function consume(limiter: RateLimiterRedis, key: string, cost: number): Promise<Consumed> {
  try {
    return { allowed: true, result: await limiter.consume(key, cost) };
  } catch (error) {
    if (error instanceof RateLimiterRes) return { allowed: false, result: error };
    throw error;
  }
}

function toTaken(limit: RateLimit, { allowed, result }: Consumed): RateTaken {
  const sizeMs = (limit.atOnce * 1_000) / limit.perSecond;
  return allowed
    ? { limit, allowed, remaining: result.remainingPoints, fullInMs: result.msBeforeNext, retryInMs: 0 }
    : { limit, allowed, remaining: 0, fullInMs: sizeMs, retryInMs: result.msBeforeNext };
}
