import type { Logger } from 'pino';
import type { Database } from '#db/client.ts';
import type { Clock } from '#db/clock.ts';
import { createWriteBehind } from '#db/write-behind.ts';
import { addressBlock } from '#server/access/address.ts';
import { insertAuditRows, type AuditRow } from '#server/audit/record.ts';
import { createTally } from '#server/audit/tally.ts';

export interface AuditQueue {
  /** One row for each call. */
  add(row: AuditRow): void;
  /**
   * The first at once, and one row a minute with the count of all that are alike: whoever repeats it cannot fill the disk.
   * Alike are those of one credential or person (or, where none is known, of one network), code and address.
   */
  addRefusal(row: AuditRow): void;
  waiting(): number;
  /** One row for all calls with the same key in ten minutes. */
  addOnce(key: string, row: AuditRow): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

const limit = 10_000;
const everyMs = 250;

/** For rows that belong to no change, such as a refused sign-in: written every 250 ms and at shutdown. */
export function createAuditQueue(db: Database, clock: Clock, log: Logger): AuditQueue {
  let added = 0;
  const onDrop = (dropped: number) => log.error({ dropped }, 'audit rows were dropped');
  const queue = createWriteBehind<AuditRow>({
    everyMs,
    limit,
    merge: (_, later) => later,
    write: (rows) => insertAuditRows(db, rows),
    onError: (error) => log.error({ err: error }, 'audit rows could not be written'),
    onDrop,
  });
  const add = (row: AuditRow) => queue.add(String(added++), row);
  const refusals = createTally({ periodMs: 60_000, limit, release: add, onDrop });
  const views = createTally({ periodMs: 600_000, limit, release: add, onDrop });
  const now = () => clock.now().getTime();
  const releaseDue = (at: number) => [refusals, views].forEach((tally) => tally.releaseDue(at));

  const timer = setInterval(() => releaseDue(now()), everyMs);
  timer.unref();
  return {
    add,
    addRefusal: (row) => refusals.add(refusalKey(row), row, now()),
    addOnce: (key, row) => views.addOnce(key, row, now()),
    waiting: queue.waiting,
    async flush() {
      releaseDue(now());
      await queue.flush();
    },
    async close() {
      clearInterval(timer);
      releaseDue(Infinity);
      await queue.close();
    },
  };
}

function refusalKey({ action, code, credentialId, actorId, resourceId, address, detail }: AuditRow): string {
  const network = addressBlock(address ?? '');
  return [action, code, credentialId ?? actorId, resourceId, network, JSON.stringify(detail)].join(' ');
}
