import type { Transaction } from '#db/client.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import type { AuditAction } from '#server/core/audit/actions.ts';
import { recordAudit, type AuditEntry, type AuditFacts } from '#server/core/audit/record.ts';

type RotationAction = Extract<AuditAction, `rotation.${string}`>;

export interface RecordedRotation {
  agent: { id: string; name: string };
  rotation: { id: string; epoch: number | null };
  detail?: Record<string, unknown>;
}

/** What the server does by itself while it rotates. */
export const rotatingServer = (tenantId: TenantId) =>
  ({ kind: 'system', id: null, label: 'rotation', tenantId }) as const;

/** Writes the audit row of a step of a rotation; `by`: who did it, where that is not who is asking. */
export function recordRotation(
  tx: Transaction,
  facts: AuditFacts,
  action: RotationAction,
  { agent, rotation, detail, by }: RecordedRotation & { by?: AuditEntry['actor'] },
): Promise<void> {
  return recordAudit(tx, facts, {
    action,
    resource: { type: 'agent', id: agent.id, label: agent.name },
    outcome: action === 'rotation.fail' || action === 'rotation.stuck' ? 'failed' : 'ok',
    detail: { rotationId: rotation.id, epoch: rotation.epoch, ...detail },
    ...(by && { actor: by }),
  });
}
