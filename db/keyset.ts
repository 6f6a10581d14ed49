import { sql, type SQL, type SQLWrapper } from 'drizzle-orm';

/** Where a page ended: what the list is sorted by there, as text that the database reads back exactly, and the id. */
export interface KeysetPosition {
  key: string;
  id: string;
}

/** What a list is sorted by. Never null, so that a page can begin after any row. */
export interface SortKey {
  value: SQL;
  /** As a place holds it. */
  written: (value: SQL) => SQL;
  type: 'text' | 'timestamptz';
}

/** Moments to the microsecond, which is finer than a `Date`, and the ends of time. */
export const byTime = (value: SQL): SortKey => ({ value, written: timeText, type: 'timestamptz' });
/** By code points, which is the same order in every database. */
export const byText = (text: SQLWrapper): SortKey => ({
  value: sql`${text} collate "C"`,
  written: (value) => value,
  type: 'text',
});

/** ISO 8601 to the microsecond, or `infinity` and `-infinity`, regardless of the session's `DateStyle` and `TimeZone`. */
function timeText(time: SQLWrapper): SQL {
  return sql`case when isfinite(${time}) then to_char(${time} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    else ${time}::text end`;
}

export interface Keyset {
  key: SortKey;
  id: SQLWrapper;
  order: 'asc' | 'desc';
}

/** The key of each row, to make a place of. */
export function keyText({ key }: Keyset): SQL<string> {
  return sql<string>`${key.written(key.value)}`;
}

export function inOrder({ key, id, order }: Keyset): SQL {
  const direction = sql.raw(order);
  return sql`${key.value} ${direction}, ${id} ${direction}`;
}

/** Rows behind the place where the page before ended, wherever the row that stood there has gone. */
export function isBehind(keyset: Keyset, place: KeysetPosition): SQL {
  return compared(keyset, keyset.order === 'asc' ? '>' : '<', place);
}

/** Rows up to a place, and the one that stands there. */
export function isUpTo(keyset: Keyset, place: KeysetPosition): SQL {
  return compared(keyset, keyset.order === 'asc' ? '<=' : '>=', place);
}

function compared({ key, id }: Keyset, operator: string, place: KeysetPosition): SQL {
  return sql`(${key.value}, ${id}) ${sql.raw(operator)} (${place.key}::${sql.raw(key.type)}, ${place.id})`;
}
