import { and, eq, type SQL } from 'drizzle-orm';
import type { Changes, Connection, Transaction } from '#db/client.ts';
import { credentials } from '#db/schema/credentials.ts';
import { oneTimeCodes } from '#db/schema/people.ts';
import { setupCodes } from '#db/schema/setup-codes.ts';
import type { TenantId } from '#server/core/access/principal.ts';

/** Whose codes. */
export interface Maker {
  tenantId: TenantId;
  userId: string;
}

export type SetupCodeRow = NonNullable<Awaited<ReturnType<typeof findSetupCode>>>;

export async function insertSetupCode(tx: Transaction, row: typeof setupCodes.$inferInsert): Promise<void> {
  await tx.insert(setupCodes).values(row);
}

export async function findSetupCode(db: Connection, maker: Maker, id: string) {
  const [row] = await selectSetupCodes(db).where(madeBy(maker, id));
  return row;
}

/** The same under a lock that holds off whoever redeems, cancels or reports. */
export async function lockSetupCode(tx: Transaction, maker: Maker, id: string) {
  const [row] = await selectSetupCodes(tx)
    .where(madeBy(maker, id))
    .for('no key update', { of: oneTimeCodes });
  return row;
}

/** The code that made a credential, locked. */
export async function lockCodeOfCredential(tx: Transaction, maker: Maker, credentialId: string) {
  const [row] = await selectSetupCodes(tx)
    .where(and(ofMaker(maker), eq(setupCodes.credentialId, credentialId)))
    .for('no key update', { of: setupCodes });
  return row;
}

/** The code behind a hash that has made a credential already. Only who was given the code knows it: hence no tenant. */
export async function findRedeemedByHash(db: Connection, hash: Buffer) {
  const [row] = await db
    .select({
      id: setupCodes.id,
      tenantId: setupCodes.tenantId,
      userId: setupCodes.userId,
      credentialId: credentials.id,
    })
    .from(oneTimeCodes)
    .innerJoin(setupCodes, eq(setupCodes.id, oneTimeCodes.id))
    .innerJoin(credentials, eq(credentials.id, setupCodes.credentialId))
    .where(eq(oneTimeCodes.hash, hash));
  return row && { ...row, tenantId: row.tenantId as TenantId };
}

export async function updateSetupCode(
  tx: Transaction,
  maker: Maker,
  id: string,
  changes: Changes<typeof setupCodes.$inferInsert>,
): Promise<void> {
  await tx
    .update(setupCodes)
    .set(changes)
    .where(and(ofMaker(maker), eq(setupCodes.id, id)));
}

function selectSetupCodes(db: Connection) {
  const { id, name, revokedAt } = credentials;
  const { createdAt, expiresAt, consumedAt } = oneTimeCodes;
  return db
    .select({ code: setupCodes, credential: { id, name, revokedAt }, createdAt, expiresAt, consumedAt })
    .from(setupCodes)
    .innerJoin(oneTimeCodes, eq(oneTimeCodes.id, setupCodes.id))
    .leftJoin(credentials, eq(credentials.id, setupCodes.credentialId))
    .$dynamic();
}

function ofMaker({ tenantId, userId }: Maker): SQL | undefined {
  return and(eq(setupCodes.tenantId, tenantId), eq(setupCodes.userId, userId));
}

function madeBy(maker: Maker, id: string): SQL | undefined {
  return and(ofMaker(maker), eq(setupCodes.id, id));
}
