import type { Logger } from 'pino';
import type { Database } from '#db/client.ts';
import { createWriteBehind } from '#db/write-behind.ts';
import { insertAuditRows, type AuditRow } from '#server/audit/record.ts';

export interface AuditQueue {
  /** One row for each call. */
  add(row: AuditRow): void;
  /** One row, with a count, for all that are alike between two writes: whoever repeats it cannot fill the disk. */
  addRefusal(row: AuditRow): void;
  waiting(): number;
  flush(): Promise<void>;
  close(): Promise<void>;
}

interface Counted {
  row: AuditRow;
  count: number;
}

const limit = 10_000;

/** For rows that belong to no change, such as a refused sign-in: written every 250 ms and at shutdown. */
export function createAuditQueue(db: Database, log: Logger): AuditQueue {
  let added = 0;
  const queue = createWriteBehind<Counted>({
    everyMs: 250,
    limit,
    merge: (earlier, later) => ({ row: earlier.row, count: earlier.count + later.count }),
    write: (items) => insertAuditRows(db, items.map(toRow)),
    onError: (error) => log.error({ err: error }, 'audit rows could not be written'),
    onDrop: (dropped) => log.error({ dropped }, 'audit rows were dropped'),
  });
  return {
    add: (row) => queue.add(String(added++), { row, count: 1 }),
    addRefusal: (row) =>
      queue.add([row.action, row.code, row.resourceId, row.address].join(' '), { row, count: 1 }),
    waiting: queue.waiting,
    flush: queue.flush,
    close: queue.close,
  };
}

function toRow({ row, count }: Counted): AuditRow {
  return count === 1 ? row : { ...row, detail: { ...(row.detail as object), count } };
}
