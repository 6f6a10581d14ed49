import { sql, type SQL } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';
import { auditEvents } from '#db/schema/audit.ts';
import type { RequestFacts } from '#server/core/access/context.ts';
import { credentialId, onBehalfOf, type Principal, type TenantId } from '#server/core/access/principal.ts';
import type { CredentialKind } from '#server/core/access/schema.ts';
import type { AuditAction } from '#server/core/audit/actions.ts';
import { noteWritten } from '#server/core/audit/journal.ts';
import { markOf, recordedLine, sha256 } from '#server/core/audit/row-line.ts';
import type { ErrorCode } from '#server/errors.ts';

/** A row with an action that there is. */
export type AuditRow = typeof auditEvents.$inferInsert & { action: AuditAction };

export interface AuditActor {
  kind: 'user' | 'key' | 'agent' | 'system' | 'anonymous';
  id: string | null;
  label: string;
}

export interface AuditEntry {
  action: AuditAction;
  resource?: { type: string; id: string; label: string };
  outcome?: 'ok' | 'denied' | 'failed';
  code?: ErrorCode;
  /** Changed fields, old → new, and reasons. Never a secret, hash, password or code. */
  detail?: Record<string, unknown>;
  /** Who did it, where that is not the request's principal. */
  actor?: AuditActor & { tenantId: TenantId };
}

/** What a row says of the request that it belongs to; every `Ctx` has it. */
export interface AuditFacts {
  principal: Principal | null;
  request: RequestFacts;
  now(): Date;
}

/** A caller of whom nothing is known but the address. */
export const stranger = (tenantId: TenantId) =>
  ({ kind: 'anonymous', id: null, label: 'unknown', tenantId }) as const;

/** A credential as the audit log names it: in the words of the desk a personal one is a token. */
export function credentialResource({ kind, id, name }: { kind: CredentialKind; id: string; name: string }) {
  return { type: kind === 'pat' ? 'token' : kind, id, label: name };
}

/** Writes the audit row of a change, in the change's own transaction. */
export async function recordAudit(tx: Connection, facts: AuditFacts, entry: AuditEntry): Promise<void> {
  await insertAuditRows(tx, [auditRow(facts, entry)]);
}

/** A row that waited for longer than this says when it happened in its detail: see decision 0018 on rows dated back. */
const lateMs = 5 * 60_000;

/** Writes rows that are complete already, in the order given. Throws where the database keeps fewer. */
export async function insertAuditRows(tx: Connection, rows: AuditRow[]): Promise<void> {
  const written = await tx
    .insert(auditEvents)
    .values(rows.map((row) => (isLate(row) ? { ...row, ...datedAnew(row) } : row)))
    .returning({ sequence: auditEvents.sequence, line: sql<string>`${recordedLine}` });
  if (written.length !== rows.length) throw new Error('The database did not keep every audit row');
  const marks = written.map(({ sequence, line }) => ({ sequence, mark: markOf({ hash: sha256(line) }) }));
  noteWritten(tx, marks);
}

/** By this machine's clock, so that only the few that may be late cost the database a comparison with its own. */
const isLate = ({ time }: AuditRow) => Date.now() - time.getTime() > lateMs;

function datedAnew({ time, detail = {} }: AuditRow): { time: SQL; detail: SQL } {
  const happened = sql`${time.toISOString()}::timestamptz`;
  const isTrue = sql`${happened} < clock_timestamp() - make_interval(secs => ${lateMs / 1_000})`;
  const more = sql`jsonb_build_object('happenedAt', ${time.toISOString()}::text)`;
  return {
    time: sql`case when ${isTrue} then clock_timestamp() else ${happened} end`,
    detail: sql`case when ${isTrue} then ${JSON.stringify(detail)}::jsonb || ${more} else ${JSON.stringify(detail)}::jsonb end`,
  };
}

/** An audit row for a request. Throws without a principal unless the entry names its actor. */
export function auditRow({ principal, request, now }: AuditFacts, entry: AuditEntry): AuditRow {
  const actor = entry.actor ?? principalActor(principal);
  return {
    time: now(),
    tenantId: actor.tenantId,
    actorKind: actor.kind,
    actorId: actor.id,
    actorLabel: actor.label,
    credentialId: principal ? credentialId(principal) : null,
    onBehalfOf: principal ? onBehalfOf(principal) : null,
    action: entry.action,
    resourceType: entry.resource?.type ?? null,
    resourceId: entry.resource?.id ?? null,
    resourceLabel: entry.resource?.label ?? null,
    outcome: entry.outcome ?? 'ok',
    code: entry.code ?? null,
    address: request.address,
    userAgent: request.userAgent,
    requestId: request.id,
    detail: entry.detail ?? {},
  };
}

function principalActor(principal: Principal | null): AuditActor & { tenantId: TenantId } {
  if (!principal) throw new Error('An audit row without a principal needs an actor');
  return { ...principal.actor, tenantId: principal.tenantId };
}
