import { and, desc, gt, lte, sql } from 'drizzle-orm';
import type { Connection, Transaction } from '#db/client.ts';
import { signingKeys } from '#db/schema/signing.ts';

export type SigningKeyRow = typeof signingKeys.$inferSelect;

/** Keys whose tokens may still be alive, or that are going to sign; the newest first. Those of the installation: no tenant's. */
export function listPublishedKeys(db: Connection, at: Date): Promise<SigningKeyRow[]> {
  return db
    .select()
    .from(signingKeys)
    .where(gt(signingKeys.publishedUntil, at))
    .orderBy(desc(signingKeys.signsFrom), desc(signingKeys.id));
}

/** The key that signs at a moment. */
export async function findSigningKey(db: Connection, at: Date): Promise<SigningKeyRow | undefined> {
  const [row] = await db
    .select()
    .from(signingKeys)
    .where(and(lte(signingKeys.signsFrom, at), gt(signingKeys.signsUntil, at)))
    .orderBy(desc(signingKeys.signsFrom), desc(signingKeys.id))
    .limit(1);
  return row;
}

/** The end of the last key that there is. */
export async function findLastEnd(db: Connection): Promise<Date | undefined> {
  const [row] = await db
    .select({ signsUntil: signingKeys.signsUntil })
    .from(signingKeys)
    .orderBy(desc(signingKeys.signsUntil))
    .limit(1);
  return row?.signsUntil;
}

/** One server at a time makes keys. */
export async function lockSigningKeys(tx: Transaction): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('keyward signing keys', 0))`);
}

export async function insertSigningKey(tx: Transaction, row: SigningKeyRow): Promise<void> {
  await tx.insert(signingKeys).values(row);
}
