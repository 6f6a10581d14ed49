import { and, eq, gt, isNull } from 'drizzle-orm';
import type { Connection, Transaction } from '#db/client.ts';
import { oneTimeCodes, tenants, users } from '#db/schema/people.ts';
import type { TenantId } from '#server/access/principal.ts';

export type Purpose = (typeof oneTimeCodes.$inferSelect)['purpose'];

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

export async function insertCode(tx: Transaction, row: typeof oneTimeCodes.$inferInsert): Promise<void> {
  await tx.insert(oneTimeCodes).values(row);
}

/** Makes every unused code of a purpose useless. */
export async function consumeAllCodes(
  tx: Transaction,
  tenantId: TenantId,
  purpose: Purpose,
  at: Date,
): Promise<void> {
  await tx
    .update(oneTimeCodes)
    .set({ consumedAt: at })
    .where(
      and(
        eq(oneTimeCodes.tenantId, tenantId),
        eq(oneTimeCodes.purpose, purpose),
        isNull(oneTimeCodes.consumedAt),
      ),
    );
}

/** Uses a code up. True for exactly one caller, and only for a code of this purpose that is not too old. */
export async function consumeCode(
  tx: Transaction,
  hash: Buffer,
  purpose: Purpose,
  at: Date,
): Promise<boolean> {
  const consumed = await tx
    .update(oneTimeCodes)
    .set({ consumedAt: at })
    .where(
      and(
        eq(oneTimeCodes.hash, hash),
        eq(oneTimeCodes.purpose, purpose),
        isNull(oneTimeCodes.consumedAt),
        gt(oneTimeCodes.expiresAt, at),
      ),
    )
    .returning({ id: oneTimeCodes.id });
  return consumed.length > 0;
}
