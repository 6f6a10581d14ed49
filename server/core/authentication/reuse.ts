import { and, eq } from 'drizzle-orm';
import type { Transaction } from '#db/client.ts';
import { credentials } from '#db/schema/credentials.ts';
import type { RequestFacts, Runtime } from '#server/core/access/context.ts';
import { credentialResource, insertAuditRows } from '#server/core/audit/record.ts';
import { findKeyContacts } from '#server/core/notifications/find-key-contacts.ts';
import { notify } from '#server/core/notifications/notify.ts';
import type { NoticeKind } from '#server/core/notifications/schema.ts';
import type { CountWindow } from '#server/core/rate-limits/count-window.ts';
import type { FoundCredential } from '#server/core/secrets/lookup.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    /** What owners were told in the last minute, by this server. */
    told: CountWindow;
  }
}

/**
 * A secret that a rotation replaced has come back: where the tenant wants it so, the credential is switched off before this
 * request is answered.
 */
export async function disableReused(runtime: Runtime, request: RequestFacts, found: FoundCredential) {
  if (found.disableOnReuse && found.enabled)
    await runtime.db.transaction((tx) => disable(tx, runtime, request, found));
}

/** Tells those whose credential it is what was found out about it. A flood of the same asks little of the database. */
export async function tellHolder(
  runtime: Runtime,
  { address }: Pick<RequestFacts, 'address'>,
  { id, tenantId, holder, expiresAt }: FoundCredential,
  kind: NoticeKind,
): Promise<void> {
  const at = runtime.clock.now();
  const key = `${kind} ${id}`;
  if (runtime.told.count(key, at) > 1) return;
  const day = kind === 'expired_in_use' ? (expiresAt ?? at) : at;
  const notice = { tenantId, credentialId: id, kind, day, address };
  try {
    await runtime.db.transaction(async (tx) => {
      const whom =
        holder.kind === 'key'
          ? await findKeyContacts(tx, { tenantId, ...holder })
          : [holder.kind === 'user' ? holder.user.id : holder.owner.id];
      await notify(
        tx,
        runtime,
        whom.map((userId) => ({ ...notice, userId })),
      );
    });
  } catch (error) {
    runtime.told.forget(key);
    throw error;
  }
}

const disableActions = { pat: 'token.disable', key: 'key.disable', agent: 'agent.update' } as const;

/** Switches a credential off, with its audit row. One that is off already stays as it is. */
export async function disable(
  tx: Transaction,
  runtime: Runtime,
  request: RequestFacts,
  found: FoundCredential,
) {
  const itself = and(
    eq(credentials.tenantId, found.tenantId),
    eq(credentials.id, found.id),
    eq(credentials.enabled, true),
  );
  const { rowCount } = await tx.update(credentials).set({ enabled: false, held: true }).where(itself);
  if (rowCount === 0) return;
  const resource = credentialResource(found);
  const row = {
    time: runtime.clock.now(),
    tenantId: found.tenantId,
    actorKind: 'system',
    actorLabel: 'reuse detection',
    action: disableActions[found.kind],
    resourceType: resource.type,
    resourceId: resource.id,
    resourceLabel: resource.label,
    outcome: 'ok',
    address: request.address,
    userAgent: request.userAgent,
    requestId: request.id,
    detail: { reason: 'A secret that a rotation had replaced was used again' },
  } as const;
  await insertAuditRows(tx, [row]);
}
