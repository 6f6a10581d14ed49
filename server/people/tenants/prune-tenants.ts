import type { Runtime } from '#server/core/access/context.ts';
import { insertAuditRows, type AuditRow } from '#server/core/audit/record.ts';
import { eraseRows, findDoomed, updateTenantRow } from '#server/people/tenants/queries.ts';
import { restorableDays } from '#server/people/tenants/rules.ts';

/** Of at most 10,000: so few are erased within the time that a statement may take, also on a busy machine. */
const batch = 1_000;
const dayMs = 86_400_000;

/**
 * Erases tenants that were deleted more than thirty days ago, all but their audit logs: some rows a transaction, so that no
 * one waits for long, with an audit row before and after. Where one run ends, killed or not, the next goes on.
 */
export async function pruneTenants(runtime: Runtime): Promise<void> {
  const before = new Date(runtime.clock.now().getTime() - restorableDays * dayMs);
  for (const tenant of await findDoomed(runtime.db, before)) await erase(runtime, tenant);
}

async function erase(runtime: Runtime, tenant: Doomed): Promise<void> {
  if (!tenant.purgeBeganAt)
    await mark(runtime, tenant, { purgeBeganAt: runtime.clock.now() }, { step: 'began' });
  while ((await eraseRows(runtime.db, tenant.id, batch)) > 0);
  await mark(runtime, tenant, { purgedAt: runtime.clock.now() }, { step: 'done' });
}

interface Doomed {
  id: string;
  name: string;
  purgeBeganAt: Date | null;
}

function mark(
  { db, clock, defaultTenantId }: Runtime,
  { id, name }: Doomed,
  changes: { purgeBeganAt: Date } | { purgedAt: Date },
  detail: { step: 'began' | 'done' },
): Promise<void> {
  const row: AuditRow = {
    time: clock.now(),
    tenantId: defaultTenantId,
    actorKind: 'system',
    actorLabel: 'Keyward',
    action: 'tenant.purge',
    resourceType: 'tenant',
    resourceId: id,
    resourceLabel: name,
    outcome: 'ok',
    detail,
  };
  return db.transaction(async (tx) => {
    await updateTenantRow(tx, id, changes);
    await insertAuditRows(tx, [row]);
  });
}
