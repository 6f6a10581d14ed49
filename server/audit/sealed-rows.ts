import { sql } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';
import { utcText } from '#server/audit/find.ts';
import { sha256, type SealedLine } from '#server/audit/seal.ts';

/**
 * The form in which a row is hashed and archived: RFC 8259 as PostgreSQL's `row_to_json` writes it, every column in this
 * order, times in UTC to the microsecond, addresses without a mask, `detail` as jsonb prints itself.
 */
const columns = `sequence, ${utcText('time')} as time, tenant_id, actor_kind, actor_id, actor_label, credential_id,
  on_behalf_of, action, resource_type, resource_id, resource_label, outcome, code, host(address) as address, user_agent,
  request_id, detail`;
const lineOf = (list: string) => `(select row_to_json(canonical)::text from (select ${list}) canonical)`;
const recorded = lineOf(`${columns}, ${utcText('recorded_at')} as recorded_at`);

/** Of a row that is being written. */
export const recordedLine = sql.raw(recorded);
/** Rows from before there was a `recorded_at` keep the form in which they were sealed. */
const canonicalLine = sql.raw(`case when recorded_at is null then ${lineOf(columns)} else ${recorded} end`);

/** A row as it was read, with what verification judges beside its hash. */
export interface LogLine extends SealedLine {
  /** Milliseconds since 1970. */
  time: number;
  recordedAt: number | null;
  /** Of a row that tells of rows lost before they were sealed: its detail. */
  loss: unknown;
}

interface Row extends Record<string, unknown> {
  sequence: string;
  month: string;
  line: string;
  at: number;
  recorded: number | null;
  loss: unknown;
}

/** Rows of a range of sequences in their order, of all tenants, at most `limit` of them. */
export async function readLines(
  db: Connection,
  range: { from: number; to: number; limit: number; month?: string },
): Promise<LogLine[]> {
  const { from, to, limit, month } = range;
  const ofMonth = month
    ? sql`and time >= ${`${month}-01T00:00:00Z`}::timestamptz and time < ${`${month}-01T00:00:00Z`}::timestamptz + interval '1 month'`
    : sql``;
  const { rows } = await db.execute<Row>(sql`
    select sequence, to_char(time at time zone 'UTC', 'YYYY-MM') as month, ${canonicalLine} as line,
      extract(epoch from time)::float8 * 1000 as at, extract(epoch from recorded_at)::float8 * 1000 as recorded,
      case when action = 'audit.loss_detected' then detail end as loss
    from audit_events
    where sequence between ${from} and ${to} ${ofMonth} order by sequence limit ${limit}`);
  return rows.map(({ sequence, month, line, at, recorded, loss }) => ({
    sequence: Number(sequence),
    month,
    line,
    hash: sha256(line),
    time: at,
    recordedAt: recorded,
    loss,
  }));
}
