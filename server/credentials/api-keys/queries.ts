import { and, eq, gt, inArray, isNull, or, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { isBlocked } from '#db/blocked-tokens.ts';
import type { Changes, Connection, Transaction } from '#db/client.ts';
import { isCurrentSecret, isMainOf } from '#db/main-secrets.ts';
import { credentialLastUse, credentials, secrets } from '#db/schema/credentials.ts';
import { tenants, users } from '#db/schema/people.ts';
import type { TenantId } from '#server/core/access/principal.ts';

const maker = alias(users, 'maker');
const revoker = alias(users, 'revoker');
const replaced = alias(secrets, 'replaced');

const keyColumns = {
  id: credentials.id,
  name: credentials.name,
  prefix: secrets.prefix,
  secretSince: secrets.createdAt,
  graceEndsAt: replaced.validUntil,
  permissions: credentials.permissions,
  resources: credentials.resources,
  ipAllowlist: credentials.ipAllowlist,
  enabled: credentials.enabled,
  isBlocked,
  held: credentials.held,
  callsPerSecond: credentials.callsPerSecond,
  callsAtOnce: credentials.callsAtOnce,
  createdAt: credentials.createdAt,
  makerId: maker.id,
  makerLabel: maker.email,
  expiresAt: credentials.expiresAt,
  lastUsedAt: credentialLastUse.lastUsedAt,
  lastUsedIp: credentialLastUse.lastUsedIp,
  lastUsedAgent: credentialLastUse.lastUsedAgent,
  useCount: credentialLastUse.useCount,
  revokedAt: credentials.revokedAt,
  revokedBy: credentials.revokedBy,
  revokedByLabel: revoker.email,
  revokeReason: credentials.revokeReason,
};

export type KeyRow = NonNullable<Awaited<ReturnType<typeof findKey>>>;

/** `key`: what a list of them is sorted by. */
export function selectKeys(db: Connection, key: SQL<string> = sql`''`) {
  return db
    .select({ ...keyColumns, place: { key, id: credentials.id } })
    .from(credentials)
    .innerJoin(secrets, isCurrentSecret)
    .innerJoin(credentialLastUse, eq(credentialLastUse.credentialId, credentials.id))
    .innerJoin(maker, eq(maker.id, credentials.madeBy))
    .leftJoin(replaced, isMainOf(replaced, 'grace'))
    .leftJoin(revoker, eq(revoker.id, credentials.revokedBy))
    .$dynamic();
}

export function isKeyOf(tenantId: TenantId): SQL | undefined {
  return and(eq(credentials.tenantId, tenantId), eq(credentials.kind, 'key'));
}

export async function findKey(db: Connection, tenantId: TenantId, id: string) {
  const [row] = await selectKeys(db).where(and(isKeyOf(tenantId), eq(credentials.id, id)));
  return row;
}

/** Keys of a tenant; ids that it has no key of are left out. */
export function findKeys(db: Connection, tenantId: TenantId, ids: string[]) {
  return selectKeys(db).where(and(isKeyOf(tenantId), inArray(credentials.id, ids)));
}

/** Locks a key before it is read: what was read of its secrets while waiting for the lock may be of before. */
export async function findKeyForUpdate(tx: Transaction, tenantId: TenantId, id: string) {
  await tx
    .select({ id: credentials.id })
    .from(credentials)
    .where(and(isKeyOf(tenantId), eq(credentials.id, id)))
    .for('no key update');
  return findKey(tx, tenantId, id);
}

/** Holds off every other key that is made or renamed in the tenant, and its suspension. */
export async function lockTenant(tx: Transaction, tenantId: TenantId) {
  const [row] = await tx
    .select({
      maxTokenDays: tenants.maxTokenDays,
      allowEternalTokens: tenants.allowEternalTokens,
      suspendedAt: tenants.suspendedAt,
    })
    .from(tenants)
    .where(eq(tenants.id, tenantId))
    .for('no key update');
  return row;
}

/** How many keys of a tenant work or could work again. Certain once the tenant is locked. */
export function countLiveKeys(tx: Transaction, tenantId: TenantId, at: Date): Promise<number> {
  const isAhead = or(isNull(credentials.expiresAt), gt(credentials.expiresAt, at));
  return tx.$count(credentials, and(isKeyOf(tenantId), isNull(credentials.revokedAt), isAhead));
}

export async function updateKeyRow(
  tx: Transaction,
  tenantId: TenantId,
  id: string,
  changes: Changes<typeof credentials.$inferInsert>,
): Promise<void> {
  await tx
    .update(credentials)
    .set(changes)
    .where(and(isKeyOf(tenantId), eq(credentials.id, id)));
}
