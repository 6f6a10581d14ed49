import type { EventRow } from '#server/oversight/audit-log/find.ts';
import type { AuditEventView } from '#server/oversight/audit-log/schema.ts';
export function toEventView(row: EventRow): AuditEventView {
  const { actorKind, actorId, actorLabel, resourceType, resourceId, resourceLabel, at, ...same } = row;
  return {
    ...same,
    sequence: Number(row.sequence),
    time: new Date(at).toISOString(),
    actor: { kind: actorKind, id: actorId, label: actorLabel },
    resource: resourceType === null ? null : { type: resourceType, id: resourceId, label: resourceLabel },
  };
}
