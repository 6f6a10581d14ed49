import { and, eq, gt, isNull, lte } from 'drizzle-orm';
import type { Changes, Connection, Transaction } from '#db/client.ts';
import { deviceRequests } from '#db/schema/device-requests.ts';

export type DeviceRequest = typeof deviceRequests.$inferSelect;

/** False where an open request has that user code already. */
export async function insertRequest(
  tx: Transaction,
  row: typeof deviceRequests.$inferInsert,
): Promise<boolean> {
  const { rowCount } = await tx.insert(deviceRequests).values(row).onConflictDoNothing();
  return rowCount === 1;
}

/** Whether so many requests or more can still be answered. */
export async function hasOpenRequests(db: Connection, limit: number, at: Date): Promise<boolean> {
  const open = await db
    .select({ id: deviceRequests.id })
    .from(deviceRequests)
    .where(and(gt(deviceRequests.expiresAt, at), isNull(deviceRequests.answeredAt)))
    .limit(limit);
  return open.length >= limit;
}

/** By the code that a person types. Nobody's until it is answered: hence no tenant. */
export async function findByUserCode(db: Connection, key: Buffer): Promise<DeviceRequest | undefined> {
  const [row] = await db.select().from(deviceRequests).where(eq(deviceRequests.userCodeKey, key));
  return row;
}

export async function lockByUserCode(tx: Transaction, key: Buffer): Promise<DeviceRequest | undefined> {
  const [row] = await tx
    .select()
    .from(deviceRequests)
    .where(eq(deviceRequests.userCodeKey, key))
    .for('update');
  return row;
}

/** By the code that only the machine knows. */
export async function lockByDeviceHash(tx: Transaction, hash: Buffer): Promise<DeviceRequest | undefined> {
  const [row] = await tx
    .select()
    .from(deviceRequests)
    .where(eq(deviceRequests.deviceHash, hash))
    .for('update');
  return row;
}

export async function updateRequest(
  tx: Transaction,
  id: string,
  changes: Changes<typeof deviceRequests.$inferInsert>,
): Promise<void> {
  await tx.update(deviceRequests).set(changes).where(eq(deviceRequests.id, id));
}

export async function deletePastRequests(db: Connection, before: Date): Promise<void> {
  await db.delete(deviceRequests).where(lte(deviceRequests.expiresAt, before));
}
