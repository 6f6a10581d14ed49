export interface WriteBehind<T> {
  /** Keeps an item for the next write. Items with the same key are merged. */
  add(key: string, item: T): void;
  /** Writes what has gathered, and what gathers meanwhile. */
  flush(): Promise<void>;
  /** Flushes for the last time. */
  close(): Promise<void>;
}

export interface WriteBehindOptions<T> {
  everyMs: number;
  /** How many items may wait; further ones are dropped and counted in `onDrop`. */
  limit: number;
  merge: (earlier: T, later: T) => T;
  write: (items: T[]) => Promise<void>;
  onError: (error: unknown) => void;
  onDrop: (dropped: number) => void;
}

/** Gathers small writes that nothing waits for, and does them in one go. What could not be written is tried again. */
export function createWriteBehind<T>(options: WriteBehindOptions<T>): WriteBehind<T> {
  let waiting = new Map<string, T>();
  let dropped = 0;
  let running: Promise<void> = Promise.resolve();

  function add(key: string, item: T): void {
    const earlier = waiting.get(key);
    if (earlier !== undefined) waiting.set(key, options.merge(earlier, item));
    else if (waiting.size < options.limit) waiting.set(key, item);
    else dropped++;
  }

  async function writeWaiting(): Promise<void> {
    if (dropped > 0) options.onDrop(dropped);
    dropped = 0;
    if (waiting.size === 0) return;
    const batch = waiting;
    waiting = new Map();
    try {
      await options.write([...batch.values()]);
    } catch (error) {
      options.onError(error);
      const since = waiting;
      waiting = batch;
      for (const [key, item] of since) add(key, item);
    }
  }

  function flush(): Promise<void> {
    running = running.then(writeWaiting);
    return running;
  }

  const timer = setInterval(() => void flush(), options.everyMs);
  timer.unref();
  return {
    add,
    flush,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}
