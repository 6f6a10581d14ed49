import { and, eq } from 'drizzle-orm';
import type { Transaction } from '#db/client.ts';
import { credentials } from '#db/schema/credentials.ts';
import type { RequestFacts, Runtime } from '#server/core/access/context.ts';
import { insertAuditRows } from '#server/core/audit/record.ts';
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

/** Tells the owner what was found out about a credential. A flood of the same asks little of the database. */
export async function tellOwner(
  runtime: Runtime,
  { address }: Pick<RequestFacts, 'address'>,
  { id, tenantId, owner, expiresAt }: FoundCredential,
  kind: NoticeKind,
): Promise<void> {
  const at = runtime.clock.now();
  const key = `${kind} ${id}`;
  if (runtime.told.count(key, at) > 1) return;
  const day = kind === 'expired_in_use' ? (expiresAt ?? at) : at;
  const notice = { tenantId, userId: owner.id, credentialId: id, kind, day, address };
  try {
    await runtime.db.transaction((tx) => notify(tx, runtime, [notice]));
  } catch (error) {
    runtime.told.forget(key);
    throw error;
  }
}

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
  const row = {
    time: runtime.clock.now(),
    tenantId: found.tenantId,
    actorKind: 'system',
    actorLabel: 'reuse detection',
    action: 'token.disable',
    resourceType: 'token',
    resourceId: found.id,
    resourceLabel: found.name,
    outcome: 'ok',
    address: request.address,
    userAgent: request.userAgent,
    requestId: request.id,
    detail: { reason: 'A secret that a rotation had replaced was used again' },
  } as const;
  await insertAuditRows(tx, [row]);
}
