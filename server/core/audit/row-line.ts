import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
export const utcText = (column: string) =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

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
export const canonicalLine = sql.raw(
  `case when recorded_at is null then ${lineOf(columns)} else ${recorded} end`,
);

export const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();

/** The beginning of a row's hash, as fingerprints have it. */
export const markOf = ({ hash }: { hash: Buffer }): string => hash.toString('hex', 0, 8);
