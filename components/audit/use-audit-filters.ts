'use client';
import { createParser, parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import type { AuditFilter } from '#server/oversight/audit-log/schema.ts';

export const outcomes = ['ok', 'denied', 'failed'] as const;
export const ranges = ['hour', 'day', 'week', 'month', 'custom'] as const;
type Range = (typeof ranges)[number];

export const rangeWords: Record<Range | 'all', string> = {
  all: 'Any time',
  hour: 'Last hour',
  day: 'Last 24 hours',
  week: 'Last 7 days',
  month: 'Last 30 days',
  custom: 'From … to …',
};
const hour = 3_600_000;
const rangeMilliseconds = { hour, day: 24 * hour, week: 168 * hour, month: 720 * hour };

/** A day of the calendar, `2026-11-22`; what is none counts as left out. One that is typed passes through many days. */
const parseAsDay = createParser({
  parse(text) {
    const at = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00Z`) : undefined;
    return at && at.getTime() > 0 && at.toISOString().startsWith(text) ? text : null;
  },
  serialize: (day: string) => day,
}).withOptions({ history: 'replace' });

const parsers = {
  actor: parseAsString,
  action: parseAsString,
  resource: parseAsString,
  credential: parseAsString,
  outcome: parseAsStringLiteral(outcomes),
  range: parseAsStringLiteral(ranges),
  /** Days, of whoever looks: `2026-11-22`, both in. */
  from: parseAsDay,
  to: parseAsDay,
  search: parseAsString.withDefault('').withOptions({ history: 'replace' }),
  /** The sequence of the one that is opened. */
  event: parseAsInteger,
};

const none = { actor: null, action: null, resource: null, credential: null, outcome: null, range: null };

/** What part of the log is shown. It lives in the address: other pages link to `?resource=<id>` or `?actor=<id>`. */
export function useAuditFilters() {
  const [{ event, ...filters }, set] = useQueryStates(parsers, { history: 'push' });
  return {
    filters,
    event,
    isFiltered: Object.values(filters).some(Boolean),
    setFilters: (change: Partial<typeof filters>) => void set({ ...change, event: null }),
    openEvent: (sequence: number | null) => void set({ event: sequence }),
    clearFilters: () => void set({ ...none, from: null, to: null, search: null, event: null }),
  };
}
export type AuditFilters = ReturnType<typeof useAuditFilters>['filters'];

/** The filters as the server takes them, at this moment. */
export function toInput({ range, from, to, ...filters }: AuditFilters): AuditFilter {
  const given = Object.entries(filters).filter(([, value]) => value);
  return { ...(Object.fromEntries(given) as AuditFilter), ...toTimes({ range, from, to }) };
}

function toTimes({ range, from, to }: Pick<AuditFilters, 'range' | 'from' | 'to'>): AuditFilter {
  if (!range) return {};
  if (range !== 'custom') return { from: new Date(Date.now() - rangeMilliseconds[range]).toISOString() };
  const first = from ? new Date(`${from}T00:00`) : undefined;
  const end = to ? new Date(`${to}T00:00`) : undefined;
  end?.setDate(end.getDate() + 1);
  return { ...(first && { from: first.toISOString() }), ...(end && { to: end.toISOString() }) };
}
