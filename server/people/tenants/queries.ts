import { eq } from 'drizzle-orm';
import type { Changes, Connection, Transaction } from '#db/client.ts';
import { tenants } from '#db/schema/people.ts';
import type { TenantId } from '#server/core/access/principal.ts';

const columns = {
  name: tenants.name,
  maxTokenDays: tenants.maxTokenDays,
  allowEternalTokens: tenants.allowEternalTokens,
  disableOnReuse: tenants.disableOnReuse,
  callsPerSecond: tenants.callsPerSecond,
  callsAtOnce: tenants.callsAtOnce,
};

export type TenantRow = NonNullable<Awaited<ReturnType<typeof findTenant>>>;

export async function findTenant(db: Connection, id: TenantId) {
  const [row] = await db.select(columns).from(tenants).where(eq(tenants.id, id));
  return row;
}

export async function isTenantRowSuspended(db: Connection, id: string): Promise<boolean> {
  const [row] = await db.select({ at: tenants.suspendedAt }).from(tenants).where(eq(tenants.id, id));
  return Boolean(row?.at);
}

export async function findTenantForUpdate(tx: Transaction, id: TenantId) {
  const [row] = await tx.select(columns).from(tenants).where(eq(tenants.id, id)).for('no key update');
  return row;
}

export async function updateTenant(
  tx: Transaction,
  id: TenantId,
  changes: Changes<typeof tenants.$inferInsert>,
): Promise<void> {
  await tx.update(tenants).set(changes).where(eq(tenants.id, id));
}
