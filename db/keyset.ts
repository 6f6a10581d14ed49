import { sql, type SQL, type SQLWrapper } from 'drizzle-orm';

export interface KeysetEnd {
  /** The id of the row that the page before ended with; left out: the list begins. */
  cursor: string | undefined;
  /** The id's column, in its own table. */
  id: SQLWrapper;
  table: SQLWrapper;
  /** What the list is sorted by, and then by id. Never null, so that a page can begin after any row. */
  key: SQL;
  order: 'asc' | 'desc';
}

/** Rows behind the one that the page before ended with. That row is asked for its key anew: a cursor is only its id. */
export function isBehind({ cursor, id, table, key, order }: KeysetEnd): SQL | undefined {
  if (!cursor) return undefined;
  const end = sql`(select ${key}, ${id} from ${table} where ${id} = ${cursor})`;
  return order === 'asc' ? sql`(${key}, ${id}) > ${end}` : sql`(${key}, ${id}) < ${end}`;
}

/** What a person typed, as a part of a pattern for `like` that means just itself. */
export function literalPattern(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
