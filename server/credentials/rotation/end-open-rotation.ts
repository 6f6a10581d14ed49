import type { Transaction } from '#db/client.ts';
import type { AuditEntry, AuditFacts } from '#server/core/audit/record.ts';
import { dropStaged } from '#server/core/secrets/replace-secret.ts';
import { findOpenRotation, updateRotation } from '#server/credentials/rotation/queries.ts';
import { recordRotation } from '#server/credentials/rotation/record-rotation.ts';

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
  { agent, state, actor }: Ending,
): Promise<void> {
  const rotation = await findOpenRotation(tx, agent.id);
  if (!rotation) return;
  const at = facts.now();
  await dropStaged(tx, agent.id, at);
  await updateRotation(tx, { agentId: agent.id, id: rotation.id }, { state, endedAt: at });
  await recordRotation(tx, facts, actions[state], { agent, rotation, by: actor });
}
