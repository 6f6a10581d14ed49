import type { Logger } from 'pino';
import type { Database } from '#db/client.ts';
import { createWriteBehind } from '#db/write-behind.ts';
import { insertAuditRows, type AuditRow } from '#server/audit/record.ts';

export interface AuditQueue {
  add(row: AuditRow): void;
  flush(): Promise<void>;
  close(): Promise<void>;
}

const limit = 10_000;

/** For rows that belong to no change, such as a refused sign-in: written every 250 ms and at shutdown. */
export function createAuditQueue(db: Database, log: Logger): AuditQueue {
  let added = 0;
  const queue = createWriteBehind<AuditRow>({
    everyMs: 250,
    limit,
    merge: (_, later) => later,
    write: (rows) => insertAuditRows(db, rows),
    onError: (error) => log.error({ err: error }, 'audit rows could not be written, trying again'),
    onDrop: (dropped) => log.error({ dropped }, 'the audit queue is full, rows were dropped'),
  });
  return { add: (row) => queue.add(String(added++), row), flush: queue.flush, close: queue.close };
}
