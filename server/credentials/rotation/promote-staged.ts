import type { RequestFacts, Runtime } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { credentialResource, recordAudit } from '#server/core/audit/record.ts';
import type { FoundCredential } from '#server/core/secrets/lookup.ts';
import { promoteSecret } from '#server/core/secrets/replace-secret.ts';
import {
  findRotationTerms,
  lockAgentCredential,
  updateAgentSecretDates,
  updateRotation,
} from '#server/credentials/rotation/queries.ts';
import { rotationDates } from '#server/credentials/rotation/rules.ts';

/**
 * Puts an agent's staged secret, which has just been shown, in the place of the current one, which works on through the
 * grace. Of many calls at once the first does it and the others find it done.
 */
export async function promoteStaged(
  { db, clock }: Pick<Runtime, 'db' | 'clock'>,
  found: FoundCredential,
  request: RequestFacts,
): Promise<void> {
  await db.transaction(async (tx) => {
    await lockAgentCredential(tx, found.id);
    const terms = await findRotationTerms(tx, found.id);
    if (!terms) throw new Error('an agent has no row of its own');
    const at = clock.now();
    const { rotateAfter, expiresAt, graceEndsAt } = rotationDates(terms, at);
    const promoted = await promoteSecret(tx, { hash: found.hash, endsAt: graceEndsAt, expiresAt }, at);
    if (!promoted) return;
    const { epoch, rotationId } = promoted;
    await updateAgentSecretDates(tx, found.id, rotateAfter);
    if (rotationId)
      await updateRotation(
        tx,
        { agentId: found.id, id: rotationId },
        { state: 'promoted', promotedAt: at, failure: null },
      );
    const actor = {
      kind: 'agent',
      id: found.id,
      label: found.name,
      tenantId: found.tenantId as TenantId,
    } as const;
    const detail = { epoch, rotationId, graceEndsAt: graceEndsAt.toISOString() };
    await recordAudit(
      tx,
      { principal: null, request, now: () => at },
      { action: 'rotation.promote', actor, resource: credentialResource(found), detail },
    );
  });
}
