import type { Ctx } from '#server/core/access/context.ts';
import { auditRow } from '#server/core/audit/record.ts';
import type { AuditFilter } from '#server/oversight/audit-log/schema.ts';

/**
 * Puts into the log that somebody looked at it and by which filter or which row: once in ten minutes for each, so that a page which
 * follows the log does not fill it.
 */
export function noteView(ctx: Ctx, looked: { filter: AuditFilter } | { event: number }): void {
  const { auditQueue } = ctx.runtime;
  const key = ['audit.view', ctx.principal.actor.id, JSON.stringify(looked)].join(' ');
  auditQueue.addOnce(key, auditRow(ctx, { action: 'audit.view', detail: looked }));
}
