import type { Logger } from 'pino';
import type { Clock } from '#db/clock.ts';
import type { Config, RateLimit } from '#server/config.ts';
import { connectSharedRates } from '#server/core/rate-limits/shared-rates.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    rates: Rates;
  }
}

/** What a call got of its bucket. */
export interface RateTaken {
  limit: RateLimit;
  allowed: boolean;
  /** How many calls are left at once. */
  remaining: number;
  fullInMs: number;
  /** Refused: how long until the same call would be allowed. */
  retryInMs: number;
}

export interface Rates {
  /** Takes `cost` calls out of the bucket of a key, or nothing where it holds fewer. */
  take(key: string, limit: RateLimit, cost?: number): RateTaken | Promise<RateTaken>;
  close(): void;
}

/** The buckets of this server or, where a Redis is configured, of all that share it. */
export function createRates({ redisUrl }: Config, clock: Clock, log: Logger): Rates {
  const local = createLocalRates(() => clock.now().getTime());
  return redisUrl ? connectSharedRates(redisUrl, local, log) : local;
}

/** More than that many at a time are an attack by addresses: the oldest begin anew. */
const usualBuckets = 500_000;

/** By the virtual scheduling of GCRA (ITU-T I.371): of each bucket only when it will be full again has to be kept. */
export function createLocalRates(now: () => number, maxBuckets = usualBuckets): Rates {
  const fullAt = new Map<string, number>();
  let walk = fullAt.entries();

  /** Two steps a call keep the buckets that are full again from gathering, and nobody waits for a sweep. */
  function forgetSome(at: number): void {
    for (let step = 0; step < 2; step++) {
      const { value, done } = walk.next();
      if (done) walk = fullAt.entries();
      else if (value[1] <= at) fullAt.delete(value[0]);
    }
  }

  function keep(key: string, when: number): void {
    if (fullAt.size >= maxBuckets && !fullAt.has(key)) {
      const [oldest] = fullAt.keys();
      if (oldest !== undefined) fullAt.delete(oldest);
    }
    fullAt.set(key, when);
  }

  return {
    take(key, limit, cost = 1) {
      const at = now();
      forgetSome(at);
      const msPerCall = 1_000 / limit.perSecond;
      const sizeMs = limit.atOnce * msPerCall;
      const before = Math.max(at, fullAt.get(key) ?? 0);
      const after = before + cost * msPerCall;
      const allowed = after - at <= sizeMs + 1e-6;
      if (allowed) keep(key, after);
      const fullInMs = (allowed ? after : before) - at;
      return {
        limit,
        allowed,
        remaining: Math.max(0, Math.floor((sizeMs - fullInMs) / msPerCall + 1e-6)),
        fullInMs,
        retryInMs: allowed ? 0 : after - at - sizeMs,
      };
    },
    close: () => fullAt.clear(),
  };
}
