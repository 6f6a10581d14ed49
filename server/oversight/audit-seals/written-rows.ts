import type { Database } from '#db/client.ts';
import { keepJournal, type WrittenRow } from '#server/core/audit/journal.ts';
import type { AuditSeal } from '#server/oversight/audit-seals/schema.ts';
import type { Fingerprint } from '#server/oversight/audit-seals/seal.ts';

/** A row that is not in its seal as it was committed. */
export interface LostRow {
  sequence: number;
  fault: 'removed' | 'changed';
}

/** What a server remembers of the rows that it committed, until a seal holds them. */
export interface WrittenRows {
  add(rows: readonly WrittenRow[]): void;
  /** Forgets the rows that a seal covers, and returns those that it does not hold as they were. */
  settle(seal: AuditSeal, marks: ReadonlyMap<number, Fingerprint>): LostRow[];
  /** Forgets rows that were sealed before anyone compared. */
  forgetTo(sequence: number): void;
  /** How many rows were written, since this was last called, that there was no room for. */
  takeUnremembered(): number;
}

/** Some 10 MB. */
const mostRemembered = 100_000;

/** Has this server remember what it writes on a database, in transactions and outside of them. */
export function rememberWritten(db: Database): WrittenRows {
  const written = createWrittenRows();
  keepJournal(db, written.add);
  return written;
}

export function createWrittenRows(): WrittenRows {
  const remembered = new Map<number, string>();
  let unremembered = 0;
  /** A seal may be compared before the commit of a row in it is known here. */
  let settledTo = 0;
  return {
    add(rows) {
      for (const { sequence, mark } of rows) {
        if (sequence <= settledTo) continue;
        if (remembered.size < mostRemembered) remembered.set(sequence, mark);
        else unremembered++;
      }
    },
    settle({ from, to }, marks) {
      const lost: LostRow[] = [];
      settledTo = to;
      for (const [sequence, mark] of remembered) {
        if (sequence < from || sequence > to) continue;
        remembered.delete(sequence);
        const sealed = marks.get(sequence);
        if (sealed?.mark !== mark) lost.push({ sequence, fault: sealed ? 'changed' : 'removed' });
      }
      return lost;
    },
    forgetTo(sequence) {
      settledTo = sequence;
      for (const known of remembered.keys()) if (known <= sequence) remembered.delete(known);
    },
    takeUnremembered() {
      const count = unremembered;
      unremembered = 0;
      return count;
    },
  };
}
