import type { AuditRow } from '#server/core/audit/record.ts';

export interface Tally {
  /** Lets the first of its kind through at once, and holds the count of all that are alike until its period is over. */
  add(key: string, row: AuditRow, at: number): void;
  /** The same, but those that are alike are only left out. */
  addOnce(key: string, row: AuditRow, at: number): void;
  /** Lets through the counts whose period is over; `Infinity`: all. */
  releaseDue(at: number): void;
}

interface Held {
  until: number;
  /** The first of those that wait. */
  row: AuditRow | undefined;
  count: number;
}

export interface TallyOptions {
  periodMs: number;
  /** How many kinds may be held; a row of a further one goes through by itself. */
  limit: number;
  release: (row: AuditRow) => void;
}

/** Makes one row with a count of what is repeated. One kind makes two rows in its first period and one in each further. */
export function createTally({ periodMs, limit, release }: TallyOptions): Tally {
  const held = new Map<string, Held>();

  /** Returns what is held of this kind, unless this is the first of it: then that goes through. */
  function open(key: string, row: AuditRow, at: number): Held | undefined {
    const known = held.get(key);
    if (known && known.until > at) return known;
    if (known) letGo(key, known);
    release(row);
    if (held.size < limit) held.set(key, { until: at + periodMs, row: undefined, count: 0 });
    return undefined;
  }

  function letGo(key: string, { row, count }: Held): void {
    held.delete(key);
    if (row) release({ ...row, detail: { ...(row.detail as object), count } });
  }

  return {
    add(key, row, at) {
      const known = open(key, row, at);
      if (!known) return;
      known.row ??= row;
      known.count++;
    },
    addOnce: (key, row, at) => void open(key, row, at),
    releaseDue(at) {
      for (const [key, entry] of held) {
        if (entry.until > at) continue;
        letGo(key, entry);
        // Where it goes on, the next ones are held too.
        if (entry.row && at !== Infinity) held.set(key, { until: at + periodMs, row: undefined, count: 0 });
      }
    },
  };
}
