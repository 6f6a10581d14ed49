import { and, eq, gt, isNull, lte, or, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { isBlocked } from '#db/blocked-tokens.ts';
import type { Changes, Connection, Transaction } from '#db/client.ts';
import { revokedOrGone } from '#db/gone-tokens.ts';
import { isCurrentSecret, isMainOf } from '#db/main-secrets.ts';
import { credentialLastUse, credentials, secrets } from '#db/schema/credentials.ts';
import { tenants, users } from '#db/schema/people.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import type { TokenPolicy } from '#server/credentials/tokens/rules.ts';

/** Whose tokens: every query here names both. */
export interface Owner {
  tenantId: TenantId;
  userId: string;
}

const owner = alias(users, 'owner');
const revoker = alias(users, 'revoker');
const replaced = alias(secrets, 'replaced');

export const tokenColumns = {
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
  createdAt: credentials.createdAt,
  expiresAt: credentials.expiresAt,
  lastUsedAt: credentialLastUse.lastUsedAt,
  lastUsedIp: credentialLastUse.lastUsedIp,
  lastUsedAgent: credentialLastUse.lastUsedAgent,
  useCount: credentialLastUse.useCount,
  revokedAt: revokedOrGone(owner),
  revokedBy: credentials.revokedBy,
  revokedByLabel: revoker.email,
  revokeReason: credentials.revokeReason,
};

/**
 * Holds off every other change to the names of someone's tokens: two renames at once would wait for each other. Undefined
 * for an owner who was deactivated or deleted meanwhile.
 */
export async function lockOwner(tx: Transaction, { tenantId, userId }: Owner) {
  const { email, role, platformAdmin: isPlatformAdmin, deactivatedAt, deletedAt } = users;
  const [owner] = await tx
    .select({ email, role, isPlatformAdmin, deactivatedAt, deletedAt })
    .from(users)
    .where(and(eq(users.tenantId, tenantId), eq(users.id, userId)))
    .for('no key update');
  return owner?.deactivatedAt || owner?.deletedAt ? undefined : owner;
}

/** As the index of live names has it. */
const nfc = (name: typeof credentials.name) => sql<string>`normalize(${name}, NFC)`;

/** The names that somebody's live tokens have, of those that begin alike. */
export async function findLiveNames(
  tx: Transaction,
  owner: Owner,
  { start, at }: { start: string; at: Date },
): Promise<Set<string>> {
  const rows = await tx
    .select({ name: nfc(credentials.name) })
    .from(credentials)
    .where(
      and(
        ownedBy(owner),
        isNull(credentials.revokedAt),
        eq(credentials.nameReleased, false),
        or(isNull(credentials.expiresAt), gt(credentials.expiresAt, at)),
        sql`starts_with(${nfc(credentials.name)}, ${start})`,
      ),
    );
  return new Set(rows.map(({ name }) => name));
}

export type TokenRow = NonNullable<Awaited<ReturnType<typeof findToken>>>;

export async function findToken(db: Connection, owner: Owner, id: string) {
  const [row] = await selectTokens(db).where(and(ownedBy(owner), eq(credentials.id, id)));
  return row;
}

/** The same under a lock that holds off every other change of the token. */
export async function findTokenForUpdate(tx: Transaction, owner: Owner, id: string) {
  const [row] = await selectTokens(tx)
    .where(and(ownedBy(owner), eq(credentials.id, id)))
    .for('no key update', { of: credentials });
  return row;
}

/** `key`: what a list of them is sorted by. */
export function selectTokens(db: Connection, key: SQL<string> = sql`''`) {
  return db
    .select({ ...tokenColumns, place: { key, id: credentials.id } })
    .from(credentials)
    .innerJoin(secrets, isCurrentSecret)
    .innerJoin(credentialLastUse, eq(credentialLastUse.credentialId, credentials.id))
    .innerJoin(owner, eq(owner.id, credentials.ownerUserId))
    .leftJoin(replaced, isMainOf(replaced, 'grace'))
    .leftJoin(revoker, eq(revoker.id, credentials.revokedBy))
    .$dynamic();
}

export function ownedBy({ tenantId, userId }: Owner): SQL | undefined {
  return and(
    eq(credentials.tenantId, tenantId),
    eq(credentials.ownerUserId, userId),
    eq(credentials.kind, 'pat'),
  );
}

/** A credential and its first secret. */
export async function insertCredential(
  tx: Transaction,
  row: typeof credentials.$inferInsert,
  secret: { hash: Buffer; prefix: string },
): Promise<void> {
  await tx.insert(credentials).values(row);
  await tx
    .insert(secrets)
    .values({ ...secret, credentialId: row.id, epoch: 1, state: 'current', createdAt: row.createdAt });
}

/** Lets go of a name that an expired token still holds, so that its owner can use it again. */
export function releaseExpiredName(tx: Transaction, owner: Owner, name: NameAt): Promise<void> {
  return releaseNameAmong(tx, ownedBy(owner), name);
}

interface NameAt {
  name: string;
  at: Date;
}

/** The same among any credentials whose names are unique while they live. */
export async function releaseNameAmong(
  tx: Transaction,
  among: SQL | undefined,
  { name, at }: NameAt,
): Promise<void> {
  await tx
    .update(credentials)
    .set({ nameReleased: true })
    .where(
      and(
        among,
        eq(credentials.name, name),
        isNull(credentials.revokedAt),
        eq(credentials.nameReleased, false),
        lte(credentials.expiresAt, at),
      ),
    );
}

export async function updateTokenRow(
  tx: Transaction,
  owner: Owner,
  id: string,
  changes: Changes<typeof credentials.$inferInsert>,
): Promise<void> {
  await tx
    .update(credentials)
    .set(changes)
    .where(and(ownedBy(owner), eq(credentials.id, id)));
}

export async function findTokenPolicy(db: Connection, tenantId: TenantId): Promise<TokenPolicy | undefined> {
  const [row] = await db
    .select({ maxTokenDays: tenants.maxTokenDays, allowEternalTokens: tenants.allowEternalTokens })
    .from(tenants)
    .where(eq(tenants.id, tenantId));
  return row;
}
