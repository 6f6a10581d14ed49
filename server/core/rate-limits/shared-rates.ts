import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { RateLimit } from '#server/config.ts';
import type { Rates, RateTaken } from '#server/core/rate-limits/rates.ts';
import type { Secret } from '#server/secret.ts';

const commandTimeoutMs = 200;
const silenceMs = 1_000;

/**
 * A token bucket by the virtual scheduling of GCRA (ITU-T I.371): the key holds when the bucket is full again, by the clock of
 * Redis. ARGV: cost, calls at once, milliseconds in which they come back. Returns whether the calls were taken (1 or 0), how
 * many are left, and milliseconds: until the bucket is full, and until there are enough for a cost that was refused.
 */
const takeScript = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + time[2] / 1000
  local size = tonumber(ARGV[3])
  local per_call = size / ARGV[2]
  local before = math.max(now, tonumber(redis.call('GET', KEYS[1]) or 0))
  local after = before + ARGV[1] * per_call
  local retry_in = after - now - size
  local taken = retry_in <= 0.001
  local full_at = taken and after or before
  if taken then redis.call('SET', KEYS[1], string.format('%.3f', after), 'PX', math.ceil(after - now)) end
  return {
    taken and 1 or 0,
    math.max(0, math.floor((size - full_at + now) / per_call + 0.001)),
    math.ceil(full_at - now),
    taken and 0 or math.ceil(retry_in),
  }`;

type Took = [allowed: 0 | 1, remaining: number, fullInMs: number, retryInMs: number];

/**
 * Buckets that all servers of one Redis share. A Redis that is down or slow fails no call: for a second each server
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
  let isAway = false;
  let tryAgainAt = 0;

  async function takeShared(key: string, limit: RateLimit, cost: number): Promise<RateTaken> {
    const { perSecond, atOnce } = limit;
    const name = `keyward:rate:${perSecond}/${atOnce}:${key}`;
    const sizeMs = (atOnce * 1_000) / perSecond;
    const took = (await redis.eval(takeScript, 1, name, cost, atOnce, sizeMs)) as Took;
    const [allowed, remaining, fullInMs, retryInMs] = took;
    return { limit, allowed: allowed === 1, remaining, fullInMs, retryInMs };
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
        const taken = await takeShared(key, limit, cost);
        noteBack();
        return taken;
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
