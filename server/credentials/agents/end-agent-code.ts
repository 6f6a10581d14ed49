import type { Transaction } from '#db/client.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { endCode } from '#server/core/one-time-codes/consume.ts';
import { findCodeOfAgent } from '#server/credentials/agents/queries.ts';

/** Ends the code that waits to enroll an agent, if there is one. The caller has locked the tenant, so none is made meanwhile. */
export async function endAgentCode(
  tx: Transaction,
  tenantId: TenantId,
  { id, at }: { id: string; at: Date },
): Promise<void> {
  const code = await findCodeOfAgent(tx, tenantId, id);
  if (code) await endCode(tx, { tenantId, userId: code.holderId }, code.id, at);
}
