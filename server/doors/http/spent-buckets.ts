import type { RateTaken } from '#server/core/rate-limits/rates.ts';

/** A bucket that was found empty, as an answer tells of it. */
export interface Spent {
  name: string;
  taken: RateTaken;
}

/** Whose bucket was found empty, for as long as it is: so that a flood is refused without asking anything. */
export interface SpentBuckets {
  /** `key`: an address block, or the hash of what was shown. */
  note(key: string, spent: Spent): void;
  find(key: string): Spent | undefined;
  isEmpty(): boolean;
}

/** More than that many at a time are an attack by addresses: the oldest are asked about anew. */
const most = 50_000;

export function createSpentBuckets(now: () => number): SpentBuckets {
  const byKey = new Map<string, Spent & { at: number }>();

  return {
    note(key, spent) {
      if (byKey.size >= most) {
        const [oldest] = byKey.keys();
        if (oldest !== undefined) byKey.delete(oldest);
      }
      byKey.set(key, { ...spent, at: now() });
    },
    find(key) {
      const found = byKey.get(key);
      if (!found) return undefined;
      const passedMs = now() - found.at;
      const { name, taken } = found;
      const retryInMs = taken.retryInMs - passedMs;
      if (retryInMs > 0) return { name, taken: { ...taken, retryInMs, fullInMs: taken.fullInMs - passedMs } };
      byKey.delete(key);
      return undefined;
    },
    isEmpty: () => byKey.size === 0,
  };
}
