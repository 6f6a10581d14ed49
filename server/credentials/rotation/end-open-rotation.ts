import type { Transaction } from '#db/client.ts';
import { recordAudit, type AuditEntry, type AuditFacts } from '#server/core/audit/record.ts';
import { dropStaged } from '#server/core/secrets/replace-secret.ts';
import { findOpenRotation, updateRotation } from '#server/credentials/rotation/queries.ts';

const actions = { cancelled: 'rotation.cancel', superseded: 'rotation.supersede' } as const;

export interface Ending {
  /** Locked by the caller. */
  agent: { id: string; name: string };
  state: keyof typeof actions;
  /** Left out: who makes the request. */
  actor?: AuditEntry['actor'];
}

/** Ends the rotation of an agent that is under way, if one is, and the secret that it staged. */
export async function endOpenRotation(
  tx: Transaction,
  facts: AuditFacts,
  { agent: { id, name }, state, actor }: Ending,
): Promise<void> {
  const open = await findOpenRotation(tx, id);
  if (!open) return;
  const at = facts.now();
  await dropStaged(tx, id, at);
  await updateRotation(tx, { agentId: id, id: open.id }, { state, endedAt: at });
  await recordAudit(tx, facts, {
    action: actions[state],
    resource: { type: 'agent', id, label: name },
    detail: { rotationId: open.id, epoch: open.epoch },
    ...(actor && { actor }),
  });
}
