import type { Transaction } from '#db/client.ts';
import type { AuditFacts } from '#server/core/audit/record.ts';
import { retireSecrets } from '#server/core/secrets/replace-secret.ts';
import { endOpenRotation, type Ending } from '#server/credentials/rotation/end-open-rotation.ts';
import { updateAgentSecretDates } from '#server/credentials/rotation/queries.ts';

/** Has all the secrets of a locked agent stop now, and what was under way: it works again once it is enrolled again. */
export async function retireAgentSecrets(
  tx: Transaction,
  facts: AuditFacts,
  ending: Omit<Ending, 'state'>,
): Promise<void> {
  await endOpenRotation(tx, facts, { ...ending, state: 'cancelled' });
  await retireSecrets(tx, ending.agent.id, facts.now());
  await updateAgentSecretDates(tx, ending.agent.id, null);
}
