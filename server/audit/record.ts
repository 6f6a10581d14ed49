import type { Connection } from '#db/client.ts';
import { auditEvents } from '#db/schema/audit.ts';
import type { AnyoneCtx } from '#server/access/context.ts';
import { credentialId, type TenantId } from '#server/access/principal.ts';
import type { AuditAction } from '#server/audit/schema.ts';
import type { ErrorCode } from '#server/errors.ts';

/** A row with an action that there is. */
export type AuditRow = typeof auditEvents.$inferInsert & { action: AuditAction };

export interface AuditActor {
  kind: 'user' | 'agent' | 'system' | 'anonymous';
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

/** Somebody of whom nothing is known but where they are. */
export const stranger = (tenantId: TenantId) =>
  ({ kind: 'anonymous', id: null, label: 'unknown', tenantId }) as const;

/** Writes the audit row of a change, in the change's own transaction. */
export async function recordAudit(tx: Connection, ctx: AnyoneCtx, entry: AuditEntry): Promise<void> {
  await insertAuditRows(tx, [auditRow(ctx, entry)]);
}

/** Writes rows that are complete already, in the order given. */
export async function insertAuditRows(tx: Connection, rows: AuditRow[]): Promise<void> {
  await tx.insert(auditEvents).values(rows);
}

/** An audit row for a request. Throws when nobody is known to have made it: then the entry has to name its actor. */
export function auditRow(ctx: AnyoneCtx, entry: AuditEntry): AuditRow {
  const actor = entry.actor ?? principalActor(ctx);
  return {
    time: ctx.now(),
    tenantId: actor.tenantId,
    actorKind: actor.kind,
    actorId: actor.id,
    actorLabel: actor.label,
    credentialId: ctx.principal ? credentialId(ctx.principal) : null,
    action: entry.action,
    resourceType: entry.resource?.type ?? null,
    resourceId: entry.resource?.id ?? null,
    resourceLabel: entry.resource?.label ?? null,
    outcome: entry.outcome ?? 'ok',
    code: entry.code ?? null,
    address: ctx.request.address,
    userAgent: ctx.request.userAgent,
    requestId: ctx.request.id,
    detail: entry.detail ?? {},
  };
}

function principalActor({ principal }: AnyoneCtx): AuditActor & { tenantId: TenantId } {
  if (!principal) throw new Error('An audit row without a principal needs an actor');
  return { kind: 'user', id: principal.user.id, label: principal.user.email, tenantId: principal.tenantId };
}
