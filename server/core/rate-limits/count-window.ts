/** Counts in memory, by key, what happens within a window of time. */
export interface CountWindow {
  /** How often this has happened in the window that began with the first time, this time included. */
  count(key: string, at: Date): number;
  forget(key: string): void;
}

interface Window {
  since: number;
  count: number;
}

/** `limit`: how many keys are kept; beyond them the oldest is forgotten, so that whoever has many keys fills no memory. */
export function createCountWindow({ windowMs, limit }: { windowMs: number; limit: number }): CountWindow {
  const windows = new Map<string, Window>();
  return {
    count(key, at) {
      const now = at.getTime();
      const known = windows.get(key);
      if (known && now - known.since < windowMs) return ++known.count;
      windows.delete(key);
      windows.set(key, { since: now, count: 1 });
      const [oldest] = windows.keys();
      if (windows.size > limit && oldest !== undefined) windows.delete(oldest);
      return 1;
    },
    forget: (key) => void windows.delete(key),
  };
}
