import { sql } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';
import { eventTime } from '#server/audit/find.ts';
import { sha256, type SealedLine } from '#server/audit/seal.ts';

/**
 * The form in which a row is hashed and archived: RFC 8259 as PostgreSQL's `row_to_json` writes it, every column in this
 * order, times in UTC to the microsecond, addresses without a mask, `detail` as jsonb prints itself.
 */
const canonicalColumns = sql`sequence, ${eventTime} as time, tenant_id, actor_kind, actor_id, actor_label, credential_id,
  on_behalf_of, action, resource_type, resource_id, resource_label, outcome, code, host(address) as address, user_agent,
  request_id, detail`;

/** Rows of a range of sequences in their order, of all tenants, at most `limit` of them. */
export async function readLines(
  db: Connection,
  range: { from: number; to: number; limit: number; month?: string },
): Promise<SealedLine[]> {
  const { from, to, limit, month } = range;
  const ofMonth = month
    ? sql`and time >= ${`${month}-01T00:00:00Z`}::timestamptz and time < ${`${month}-01T00:00:00Z`}::timestamptz + interval '1 month'`
    : sql``;
  const { rows } = await db.execute<{ sequence: string; month: string; line: string }>(sql`
    select sequence, left(time, 7) as month, row_to_json(canonical)::text as line from (
      select ${canonicalColumns} from audit_events
      where sequence between ${from} and ${to} ${ofMonth} order by sequence limit ${limit}
    ) canonical`);
  return rows.map(({ sequence, month, line }) => ({
    sequence: Number(sequence),
    month,
    line,
    hash: sha256(line),
  }));
}
