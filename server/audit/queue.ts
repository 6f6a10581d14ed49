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
   * Alike are those of one credential or person (or, where none is known, of one network), code and address. An address
   * that a service only claims makes no difference.
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
  const open = () => openRoom(db, log);
  // Strangers have as many addresses as they like: what they fill is not where those stand who are known.
  const [known, strangers] = [open(), open()];
  const views = createTally({ periodMs: 600_000, limit, release: known.add, onDrop: sayDropped(log) });
  const rooms = [known, strangers];
  const now = () => clock.now().getTime();
  const releaseDue = (at: number) =>
    [known.refusals, strangers.refusals, views].forEach((tally) => tally.releaseDue(at));

  const timer = setInterval(() => releaseDue(now()), everyMs);
  timer.unref();
  return {
    add: known.add,
    addRefusal(row) {
      const room = (row.credentialId ?? row.actorId) ? known : strangers;
      room.refusals.add(refusalKey(row), row, now());
    },
    addOnce: (key, row) => views.addOnce(key, row, now()),
    waiting: () => rooms.reduce((sum, { queue }) => sum + queue.waiting(), 0),
    async flush() {
      releaseDue(now());
      await Promise.all(rooms.map(({ queue }) => queue.flush()));
    },
    async close() {
      clearInterval(timer);
      releaseDue(Infinity);
      await Promise.all(rooms.map(({ queue }) => queue.close()));
    },
  };
}

/** Rows on their way into the log, and the refusals that are held for a minute to be counted. */
function openRoom(db: Database, log: Logger) {
  let added = 0;
  const queue = createWriteBehind<AuditRow>({
    everyMs,
    limit,
    merge: (_, later) => later,
    write: (rows) => insertAuditRows(db, rows),
    onError: (error) => log.error({ err: error }, 'audit rows could not be written'),
    onDrop: sayDropped(log),
  });
  const add = (row: AuditRow) => queue.add(String(added++), row);
  return {
    queue,
    add,
    refusals: createTally({ periodMs: 60_000, limit, release: add, onDrop: sayDropped(log) }),
  };
}

const sayDropped = (log: Logger) => (dropped: number) => log.error({ dropped }, 'audit rows were dropped');

function refusalKey({ action, code, credentialId, actorId, resourceId, address, detail }: AuditRow): string {
  const network = addressBlock(address ?? null);
  const known = JSON.stringify({ ...(detail as object), claimedAddress: undefined });
  return [action, code, credentialId ?? actorId, resourceId, network, known].join(' ');
}
