import { isUnavailable } from '#db/errors.ts';

export interface WriteBehind<T> {
  /** Keeps an item for the next write. Items with the same key are merged. */
  add(key: string, item: T): void;
  /** How many items have gathered. */
  waiting(): number;
  /** Writes what has gathered. */
  flush(): Promise<void>;
  /** Flushes for the last time. */
  close(): Promise<void>;
}

export interface WriteBehindOptions<T> {
  everyMs: number;
  /** How many items may wait; further ones are dropped and counted in `onDrop`. */
  limit: number;
  /** How many are written at once; left out: as many as one statement takes with a parameter for each value. */
  batchSize?: number;
  merge: (earlier: T, later: T) => T;
  write: (items: T[]) => Promise<void>;
  onError: (error: unknown) => void;
  onDrop: (dropped: number) => void;
}

type Entry<T> = [key: string, item: T];

/** A statement takes 65,535 parameters, and no row of ours has more than 50. */
const usualBatchSize = 500;

/**
 * Gathers small writes that nothing waits for, and does them in batches. What the database could not take is tried again
 * when that is likely to help; what it will never take is found by halving, and dropped, so that it holds up nothing else.
 */
export function createWriteBehind<T>(options: WriteBehindOptions<T>): WriteBehind<T> {
  const { batchSize = usualBatchSize } = options;
  let waiting = new Map<string, T>();
  let dropped = 0;
  let isClosed = false;
  let timer: NodeJS.Timeout;
  let running: Promise<void> = Promise.resolve();

  function add(key: string, item: T): void {
    const earlier = waiting.get(key);
    if (earlier !== undefined) waiting.set(key, options.merge(earlier, item));
    else if (waiting.size < options.limit) waiting.set(key, item);
    else dropped++;
  }

  async function writeWaiting(): Promise<void> {
    const entries = [...waiting];
    waiting = new Map();
    const left: Entry<T>[] = [];
    for (let start = 0; start < entries.length; start += batchSize) {
      // Once the database is away the rest need not be tried.
      if (left.length > 0) left.push(...entries.slice(start, start + batchSize));
      else left.push(...(await writeBatch(entries.slice(start, start + batchSize))));
    }
    putBack(left);
    if (dropped > 0) options.onDrop(dropped);
    dropped = 0;
  }

  /** Returns what has to be tried again. */
  async function writeBatch(entries: Entry<T>[]): Promise<Entry<T>[]> {
    try {
      await options.write(entries.map(([, item]) => item));
      return [];
    } catch (error) {
      options.onError(error);
      if (isUnavailable(error)) return entries;
      if (entries.length > 1) return writeHalves(entries);
      dropped++;
      return [];
    }
  }

  async function writeHalves(entries: Entry<T>[]): Promise<Entry<T>[]> {
    const middle = Math.ceil(entries.length / 2);
    const first = await writeBatch(entries.slice(0, middle));
    return [...first, ...(await writeBatch(entries.slice(middle)))];
  }

  function putBack(left: Entry<T>[]): void {
    const since = waiting;
    waiting = new Map(left);
    for (const [key, item] of since) add(key, item);
  }

  function flush(): Promise<void> {
    running = running.then(writeWaiting);
    return running;
  }

  /** Rests for as long as it wrote: what is written more slowly than it comes takes half of a connection at most. */
  async function flushNow(): Promise<void> {
    const started = performance.now();
    await flush();
    if (!isClosed) flushLater(Math.max(options.everyMs, performance.now() - started));
  }

  function flushLater(ms: number): void {
    timer = setTimeout(() => void flushNow(), ms).unref();
  }

  flushLater(options.everyMs);
  return {
    add,
    waiting: () => waiting.size,
    flush,
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await flush();
    },
  };
}
