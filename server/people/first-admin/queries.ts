import { eq } from 'drizzle-orm';
import type { Connection, Transaction } from '#db/client.ts';
import { tenants, users } from '#db/schema/people.ts';
import type { TenantId } from '#server/core/access/principal.ts';

export async function insertTenantUnlessThere(
  db: Connection,
  row: typeof tenants.$inferInsert,
): Promise<void> {
  await db.insert(tenants).values(row).onConflictDoNothing({ target: tenants.slug });
}

export async function findTenantBySlug(db: Connection, slug: string): Promise<TenantId | undefined> {
  const [row] = await db.select({ id: tenants.id }).from(tenants).where(eq(tenants.slug, slug));
  return row?.id as TenantId | undefined;
}

/** Deleted people count: their rows stay, and the place has been somebody's. */
export async function anyUserExists(db: Connection): Promise<boolean> {
  const rows = await db.select({ id: users.id }).from(users).limit(1);
  return rows.length > 0;
}

/** Holds off every other first boot of the tenant until the transaction ends. */
export async function lockTenant(tx: Transaction, id: TenantId): Promise<void> {
  await tx.select({ id: tenants.id }).from(tenants).where(eq(tenants.id, id)).for('update');
}
