import { and, eq, isNotNull, isNull } from 'drizzle-orm';
import type { Connection, Transaction } from '#db/client.ts';
import { users } from '#db/schema/people.ts';
import { userIdentities } from '#db/schema/sign-in.ts';
import type { TenantId } from '#server/core/access/principal.ts';

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

/** False when it was unlinked or retired meanwhile. */
export async function touchIdentity(tx: Transaction, id: string, at: Date): Promise<boolean> {
  const isUsable = and(isNull(userIdentities.unlinkedAt), isNull(userIdentities.retiredAt));
  const touched = await tx
    .update(userIdentities)
    .set({ lastUsedAt: at })
    .where(and(eq(userIdentities.id, id), isUsable))
    .returning({ id: userIdentities.id });
  return touched.length > 0;
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

/** Every identity that an account has had at an issuer, also those that were unlinked or retired. */
export async function listIdentitiesAt(
  db: Connection,
  { tenantId, userId }: IdentityHolder,
  issuer: string,
): Promise<IdentityRow[]> {
  const isTheirs = and(eq(userIdentities.tenantId, tenantId), eq(userIdentities.userId, userId));
  return db
    .select()
    .from(userIdentities)
    .where(and(isTheirs, eq(userIdentities.issuer, issuer)));
}

/** Whether an identity was unlinked from an account that still exists. */
export async function wasUnlinked(db: Connection, issuer: string, subject: string): Promise<boolean> {
  const isIt = and(eq(userIdentities.issuer, issuer), eq(userIdentities.subject, subject));
  const rows = await db
    .select({ id: userIdentities.id })
    .from(userIdentities)
    .innerJoin(users, and(eq(users.id, userIdentities.userId), isNull(users.deletedAt)))
    .where(and(isIt, isNotNull(userIdentities.unlinkedAt)))
    .limit(1);
  return rows.length > 0;
}

function isLive({ tenantId, userId }: IdentityHolder) {
  return and(
    eq(userIdentities.tenantId, tenantId),
    eq(userIdentities.userId, userId),
    isNull(userIdentities.unlinkedAt),
  );
}
