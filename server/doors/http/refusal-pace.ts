/** How long refusals of one caller are held back. */
export interface RefusalPace {
  /** Counts a refusal; returns in how many milliseconds to give it. */
  next(key: string): number;
}

/** A caller hears so many refusals at once, then one each so often; none is held back longer. */
const pace = { atOnce: 50, everyMs: 10, longestMs: 1_000 } as const;

/** More callers than that are an attack by addresses: the oldest begin anew. */
const most = 50_000;

/** For callers who ask again as soon as they are refused: they would keep this server busy with refusing. */
export function createRefusalPace(now: () => number): RefusalPace {
  const lastAt = new Map<string, number>();

  return {
    next(key) {
      const at = now();
      const earliest = at - pace.atOnce * pace.everyMs;
      const due = Math.min(Math.max(lastAt.get(key) ?? 0, earliest) + pace.everyMs, at + pace.longestMs);
      // In the order of their last refusal.
      lastAt.delete(key);
      lastAt.set(key, due);
      forgetOldest(lastAt, earliest);
      return Math.max(0, due - at);
    },
  };
}

function forgetOldest(lastAt: Map<string, number>, earliest: number): void {
  const [oldest] = lastAt;
  if (oldest && (oldest[1] <= earliest || lastAt.size > most)) lastAt.delete(oldest[0]);
}
