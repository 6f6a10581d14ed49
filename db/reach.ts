import { sql, type SQL, type SQLWrapper } from 'drizzle-orm';

/** Whether a column of resources reaches one by its id, by the `*` of its type, or by `wholeId`, which stands for several. */
export function reaches(
  resources: SQLWrapper,
  { type, id, wholeId }: { type: string; id: string; wholeId: string },
): SQL {
  const ids = sql`(${resources} -> ${type}::text)`;
  return sql`(${ids} = '"*"' or jsonb_exists_any(${ids}, array[${id}::text, ${wholeId}::text]))`;
}
