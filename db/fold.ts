import { sql, type SQL, type SQLWrapper } from 'drizzle-orm';

/** A text as it is searched and sorted, ignoring case and Unicode form; folded by the database's function on both sides. */
export function folded(text: SQLWrapper): SQL {
  return sql`fold_text(${text})`;
}

/** Whether a part of a text that is folded already is what a person searches for. */
export function hasPart(foldedText: SQLWrapper, search: string): SQL {
  return sql`${foldedText} like folded_part(${search})`;
}

/** Whether a text begins with what a person typed, to the letter. */
export function beginsWith(text: SQLWrapper, start: string): SQL {
  return sql`${text} like ${`${start.replace(/[\\%_]/g, '\\$&')}%`}`;
}
