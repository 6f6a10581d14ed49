import type { RequestFacts, Runtime } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { idSchema } from '#server/core/access/schema.ts';
import { auditRow } from '#server/core/audit/record.ts';
import { notify } from '#server/core/notifications/notify.ts';
import { parseSecret } from '#server/core/secrets/format.ts';
import { findNamedAgent } from '#server/credentials/presence/queries.ts';

/**
 * An agent that names itself has shown a secret that is unknown here, as after a restore from a backup that is older: its owner
 * has to enroll it again. The name proves nothing, so little is made of it: a row a minute, a notice a day.
 */
export async function recordLostAgent(
  runtime: Runtime,
  request: RequestFacts,
  { named, shown }: { named: string | string[] | undefined; shown: string | undefined },
): Promise<void> {
  const id = idSchema.safeParse(named);
  if (!id.success || parseSecret(shown ?? '')?.kind !== 'agt') return;
  const at = runtime.clock.now();
  if (runtime.told.count(`agent_lost ${id.data}`, at) > 1) return;
  const agent = await findNamedAgent(runtime.db, id.data);
  if (!agent) return;
  const tenantId = agent.tenantId as TenantId;
  const row = auditRow(
    { request, principal: null, now: () => at },
    {
      action: 'agent.lost',
      outcome: 'denied',
      code: 'token_invalid',
      actor: { kind: 'anonymous', id: null, label: 'unknown', tenantId },
      resource: { type: 'agent', id: agent.id, label: agent.name },
    },
  );
  runtime.auditQueue.addRefusal(row);
  const { address } = request;
  const notice = {
    tenantId,
    userId: agent.ownerId,
    credentialId: agent.id,
    kind: 'agent_lost',
    address,
  } as const;
  await runtime.db.transaction((tx) => notify(tx, runtime, [{ ...notice, day: at }]));
}
