import { and, eq, isNull } from 'drizzle-orm';
import type { Connection, Transaction } from '#db/client.ts';
import { userIdentities } from '#db/schema/sign-in.ts';
import type { TenantId } from '#server/access/principal.ts';

export type IdentityRow = typeof userIdentities.$inferSelect;

export interface IdentityHolder {
  tenantId: TenantId;
  userId: string;
}

/** Whose an identity is: signing in names no tenant. */
export async function findIdentity(
  db: Connection,
  issuer: string,
  subject: string,
): Promise<IdentityRow | undefined> {
  const [row] = await db
    .select()
    .from(userIdentities)
    .where(
      and(
        eq(userIdentities.issuer, issuer),
        eq(userIdentities.subject, subject),
        isNull(userIdentities.unlinkedAt),
      ),
    );
  return row;
}

/** Those that sign somebody in. */
export async function listIdentities(db: Connection, holder: IdentityHolder): Promise<IdentityRow[]> {
  return db
    .select()
    .from(userIdentities)
    .where(and(isLive(holder), isNull(userIdentities.retiredAt)))
    .orderBy(userIdentities.linkedAt);
}

/** False when it is somebody's already. */
export async function insertIdentity(
  tx: Transaction,
  row: typeof userIdentities.$inferInsert,
): Promise<boolean> {
  const made = await tx
    .insert(userIdentities)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: userIdentities.id });
  return made.length > 0;
}

export async function touchIdentity(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.update(userIdentities).set({ lastUsedAt: at }).where(eq(userIdentities.id, id));
}

/** Has a retired identity sign somebody in again. */
export async function reviveIdentity(
  tx: Transaction,
  holder: IdentityHolder,
  { id, at }: { id: string; at: Date },
): Promise<void> {
  await tx
    .update(userIdentities)
    .set({ retiredAt: null, linkedAt: at })
    .where(and(isLive(holder), eq(userIdentities.id, id)));
}

/** Takes all of somebody's identities off them. */
export async function unlinkIdentityRows(tx: Transaction, holder: IdentityHolder, at: Date): Promise<void> {
  await tx.update(userIdentities).set({ unlinkedAt: at }).where(isLive(holder));
}

export async function unlinkIdentityRow(
  tx: Transaction,
  holder: IdentityHolder,
  id: string,
  at: Date,
): Promise<IdentityRow | undefined> {
  const [row] = await tx
    .update(userIdentities)
    .set({ unlinkedAt: at })
    .where(and(isLive(holder), eq(userIdentities.id, id)))
    .returning();
  return row;
}

/** Whether somebody is tied to an identity of that issuer already, be it one that signs nobody in any more. */
export async function hasIdentityAt(
  db: Connection,
  holder: IdentityHolder,
  issuer: string,
): Promise<boolean> {
  const isThere = and(isLive(holder), eq(userIdentities.issuer, issuer));
  const rows = await db.select({ id: userIdentities.id }).from(userIdentities).where(isThere).limit(1);
  return rows.length > 0;
}

function isLive({ tenantId, userId }: IdentityHolder) {
  return and(
    eq(userIdentities.tenantId, tenantId),
    eq(userIdentities.userId, userId),
    isNull(userIdentities.unlinkedAt),
  );
}
