import { sql } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';
import { canonicalLine, sha256 } from '#server/core/audit/row-line.ts';
import type { SealedLine } from '#server/oversight/audit-seals/seal.ts';

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
