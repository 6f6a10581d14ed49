import { and, count, eq, gt, inArray, isNull, lte, sql } from 'drizzle-orm';
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

/** One server at a time counts what waits and adds to it. */
export async function lockRequests(tx: Transaction): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('keyward device requests', 0))`);
}

/** How many requests can still be answered, and how many of those were made from that network. */
export async function countOpenRequests(
  db: Connection,
  network: string,
  at: Date,
): Promise<{ all: number; near: number }> {
  const isNear = sql`${deviceRequests.address} << ${network}::inet`;
  const [open] = await db
    .select({ all: count(), near: sql<number>`count(*) filter (where ${isNear})::int` })
    .from(deviceRequests)
    .where(and(gt(deviceRequests.expiresAt, at), isNull(deviceRequests.answeredAt)));
  return open ?? { all: 0, near: 0 };
}

/**
 * Deletes the oldest request that waits where most of them come from: first of the provider (an IPv4 /16, an IPv6 /32), then
 * of the network. So who fills the table makes room for others, and others not for them.
 */
export async function deleteOneOfMany(tx: Transaction, at: Date): Promise<void> {
  const within = (bits4: number, bits6: number) =>
    sql`network(set_masklen(address, case family(address) when 4 then ${bits4}::int else ${bits6}::int end))`;
  await tx.execute(sql`
    delete from device_requests where id = (
      select id from device_requests
      where expires_at > ${at.toISOString()}::timestamptz and answered_at is null
      order by count(*) over (partition by ${within(16, 32)}) desc,
               count(*) over (partition by ${within(24, 48)}) desc, created_at
      limit 1)`);
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
    .for('no key update');
  return row;
}

/** By the code that only the machine knows. */
export async function findByDeviceHash(db: Connection, hash: Buffer): Promise<DeviceRequest | undefined> {
  const [row] = await db.select().from(deviceRequests).where(eq(deviceRequests.deviceHash, hash));
  return row;
}

export async function lockByDeviceHash(tx: Transaction, hash: Buffer): Promise<DeviceRequest | undefined> {
  const [row] = await tx
    .select()
    .from(deviceRequests)
    .where(eq(deviceRequests.deviceHash, hash))
    .for('no key update');
  return row;
}

export async function updateRequest(
  tx: Transaction,
  id: string,
  changes: Changes<typeof deviceRequests.$inferInsert>,
): Promise<void> {
  await tx.update(deviceRequests).set(changes).where(eq(deviceRequests.id, id));
}

/** A row that is locked is left for the next time. */
export async function deletePastRequests(db: Connection, before: Date): Promise<void> {
  const past = db
    .select({ id: deviceRequests.id })
    .from(deviceRequests)
    .where(lte(deviceRequests.expiresAt, before))
    .for('update', { skipLocked: true });
  await db.delete(deviceRequests).where(inArray(deviceRequests.id, past));
}
