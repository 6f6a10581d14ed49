import type { Logger } from 'pino';
import type { Database } from '#db/client.ts';
import type { Clock } from '#db/clock.ts';
import { createWriteBehind } from '#db/write-behind.ts';
import { insertAuditRows, type AuditRow } from '#server/core/audit/record.ts';
import { createRowLimit } from '#server/core/audit/row-limit.ts';
import { createTally } from '#server/core/audit/tally.ts';
import { addressBlock, networkOf } from '#server/core/network/address.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    auditQueue: AuditQueue;
  }
}

/**
 * For rows that belong to no change, such as a refused sign-in. Of each caller 100 a minute stand by themselves; what is
 * beyond is one row a minute with a count, for all contents together.
 */
export interface AuditQueue {
  /** One row for each call. */
  add(row: AuditRow): void;
  /**
   * The first at once, and one row a minute with the count of all that are alike. Alike are those of one credential or
   * person (or, where none is known, of one network), code and address. An address that a service only claims makes no
   * difference.
   */
  addRefusal(row: AuditRow): void;
  /** As `addRefusal`, for what is no refusal and happens often. */
  addGathered(row: AuditRow): void;
  /** One row for all calls with the same key in ten minutes. */
  addOnce(key: string, row: AuditRow): void;
  /** Whether a row may be written by itself, in a transaction of its own. If not, it is counted here. */
  admits(row: AuditRow): boolean;
  /** The same for a credential that moved to another network: ten an hour, then one row with a count. */
  admitsMove(row: AuditRow): boolean;
  waiting(): number;
  flush(): Promise<void>;
  close(): Promise<void>;
}

const limit = 10_000;
const everyMs = 250;
const minuteMs = 60_000;
const rowsOfCaller = 100;
const movesAnHour = 10;
/** However many networks strangers come from. */
const rowsOfStrangers = 1_000;

/** Written every 250 ms and at shutdown. */
export function createAuditQueue(db: Database, clock: Clock, log: Logger): AuditQueue {
  let added = 0;
  const queue = createWriteBehind<AuditRow>({
    everyMs,
    limit,
    merge: (_, later) => later,
    write: (rows) => insertAuditRows(db, rows),
    onError: (error) => log.error({ err: error }, 'audit rows could not be written'),
    onDrop: (dropped) => log.error({ dropped }, 'audit rows were dropped'),
  });
  const release = (row: AuditRow) => queue.add(String(added++), row);
  const now = () => clock.now().getTime();
  const ofCallers = { rows: rowsOfCaller, periodMs: minuteMs, callers: limit, release };
  const known = createRowLimit(ofCallers);
  const networks = createRowLimit(ofCallers);
  const strangers = createRowLimit({ ...ofCallers, rows: rowsOfStrangers, callers: 1 });
  const moves = createRowLimit({ ...ofCallers, rows: movesAnHour, periodMs: 60 * minuteMs });

  function admits(row: AuditRow): boolean {
    const caller = callerOf(row);
    if (caller !== undefined) return known.admits(caller, row, now());
    const network = row.address ? networkOf(row.address) : '';
    return networks.admits(network, row, now()) && strangers.admits('all', row, now());
  }

  const add = (row: AuditRow) => {
    if (admits(row)) release(row);
  };
  const tally = (periodMs: number) => createTally({ periodMs, limit, release: add });
  // Strangers have as many addresses as they like: what they fill is not where known callers are counted.
  const [refusals, ofStrangers, views] = [tally(minuteMs), tally(minuteMs), tally(600_000)];

  function releaseDue(isLast = false): void {
    const at = now();
    for (const one of [refusals, ofStrangers, views]) one.releaseDue(isLast ? Infinity : at);
    for (const one of [known, networks, strangers, moves]) one.releaseDue(at, isLast);
  }

  const timer = setInterval(releaseDue, everyMs);
  timer.unref();
  return {
    add,
    addRefusal: (row) =>
      (callerOf(row) === undefined ? ofStrangers : refusals).add(refusalKey(row), row, now()),
    addGathered: (row) => refusals.add(refusalKey(row), row, now()),
    addOnce: (key, row) => views.addOnce(key, row, now()),
    admits,
    admitsMove: (row) => moves.admits(row.credentialId ?? '', row, now()),
    waiting: () => queue.waiting(),
    async flush() {
      releaseDue();
      await queue.flush();
    },
    async close() {
      clearInterval(timer);
      releaseDue(true);
      await queue.close();
    },
  };
}

/** The credential or person behind a row; a service that shows what others sent speaks for itself. */
function callerOf({ credentialId, actorId, detail }: AuditRow): string | undefined {
  const { shownTo } = (detail ?? {}) as { shownTo?: string };
  return shownTo ?? credentialId ?? actorId ?? undefined;
}

function refusalKey({ action, code, credentialId, actorId, resourceId, address, detail }: AuditRow): string {
  const network = addressBlock(address ?? null);
  const known = JSON.stringify({ ...(detail as object), claimedAddress: undefined });
  return [action, code, credentialId ?? actorId, resourceId, network, known].join(' ');
}
