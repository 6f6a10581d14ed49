import type { AuditRow } from '#server/core/audit/record.ts';

/** Bounds how many rows one caller can add to the log in a period. */
export interface RowLimit {
  /** Whether a row may stand by itself. If not, it is counted, and one row says how many there were once the period ends. */
  admits(caller: string, row: AuditRow, at: number): boolean;
  /** Writes the counts whose period has ended; with `isLast` all of them. */
  releaseDue(at: number, isLast?: boolean): void;
}

export interface RowLimitOptions {
  rows: number;
  periodMs: number;
  /** How many callers are told apart; the ones beyond share one allowance. */
  callers: number;
  release: (row: AuditRow) => void;
}

interface Period {
  until: number;
  admitted: number;
  /** The rows beyond the limit, by their kind. */
  gathered: Map<string, Gathered>;
}

interface Gathered {
  first: AuditRow;
  count: number;
  /** Whether all of them are about one thing. */
  isOneResource: boolean;
}

const sharedByOthers = 'others';

export function createRowLimit({ rows, periodMs, callers, release }: RowLimitOptions): RowLimit {
  const periods = new Map<string, Period>();

  function periodOf(caller: string, at: number): Period {
    const known = periods.get(caller);
    if (known && known.until > at) return known;
    if (known) end(caller, known, at);
    else if (periods.size >= callers && caller !== sharedByOthers) return periodOf(sharedByOthers, at);
    const period = { until: at + periodMs, admitted: 0, gathered: new Map() };
    periods.set(caller, period);
    return period;
  }

  function end(caller: string, { gathered }: Period, at: number): void {
    periods.delete(caller);
    for (const one of gathered.values()) release(summaryOf(one, at));
  }

  return {
    admits(caller, row, at) {
      const period = periodOf(caller, at);
      if (period.admitted < rows) {
        period.admitted++;
        return true;
      }
      gather(period, row);
      return false;
    },
    releaseDue(at, isLast = false) {
      for (const [caller, period] of periods) if (isLast || period.until <= at) end(caller, period, at);
    },
  };
}

function gather({ gathered }: Period, row: AuditRow): void {
  const kind = [row.tenantId, row.action, row.outcome, row.code].join(' ');
  const known = gathered.get(kind);
  if (!known) return void gathered.set(kind, { first: row, count: countOf(row), isOneResource: true });
  known.count += countOf(row);
  known.isOneResource &&= known.first.resourceId === row.resourceId;
}

/** A row that was counted already stands for that many. */
function countOf({ detail }: AuditRow): number {
  const { count } = (detail ?? {}) as { count?: number };
  return count ?? 1;
}

/** What all of a kind have in common: who, what and how it ended. Where they differ nothing is named. */
function summaryOf({ first, count, isOneResource }: Gathered, at: number): AuditRow {
  return {
    ...first,
    ...(!isOneResource && { resourceType: null, resourceId: null, resourceLabel: null }),
    time: new Date(at),
    address: null,
    userAgent: null,
    requestId: null,
    detail: { gathered: count, since: first.time.toISOString() },
  };
}
