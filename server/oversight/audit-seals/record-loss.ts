import type { TenantId } from '#server/core/access/principal.ts';
import type { AuditQueue } from '#server/core/audit/queue.ts';
import type { LostRow } from '#server/oversight/audit-seals/written-rows.ts';

/** Puts into the log that rows were lost before they were sealed, so that every verification from now on finds it. */
export function recordLoss(
  queue: AuditQueue,
  lost: readonly LostRow[],
  { time, tenantId }: { time: Date; tenantId: TenantId },
): void {
  for (const [fault, rows] of Map.groupBy(lost, (row) => row.fault)) {
    queue.add({
      time,
      tenantId,
      actorKind: 'system',
      actorLabel: 'Keyward',
      action: 'audit.loss_detected',
      outcome: 'failed',
      detail: { fault, first: rows[0]?.sequence, count: rows.length },
    });
  }
}
