import { and, asc, eq, isNotNull, isNull, lte, or, sql, type SQL } from 'drizzle-orm';
import type { Changes, Connection, Database, Transaction } from '#db/client.ts';
import { folded, hasPart } from '#db/fold.ts';
import { byText, inOrder, isBehind, keyText, type Keyset, type KeysetPosition } from '#db/keyset.ts';
import { agents } from '#db/schema/agents.ts';
import { credentials } from '#db/schema/credentials.ts';
import { tenants, users } from '#db/schema/people.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import type { ListTenantsInput, TenantStatus } from '#server/people/tenants/schema.ts';

const columns = {
  name: tenants.name,
  maxTokenDays: tenants.maxTokenDays,
  allowEternalTokens: tenants.allowEternalTokens,
  disableOnReuse: tenants.disableOnReuse,
  callsPerSecond: tenants.callsPerSecond,
  callsAtOnce: tenants.callsAtOnce,
  agentRotationDays: tenants.agentRotationDays,
  agentOverdueDays: tenants.agentOverdueDays,
  agentGraceMinutes: tenants.agentGraceMinutes,
  agentRotationTimeoutSeconds: tenants.agentRotationTimeoutSeconds,
  agentRotationCheckMinutes: tenants.agentRotationCheckMinutes,
  agentRecoveryDays: tenants.agentRecoveryDays,
  agentCloneAction: tenants.agentCloneAction,
};

export type SettingsRow = NonNullable<Awaited<ReturnType<typeof findSettings>>>;

export async function findSettings(db: Connection, id: TenantId) {
  const [row] = await db.select(columns).from(tenants).where(eq(tenants.id, id));
  return row;
}

export async function findSettingsForUpdate(tx: Transaction, id: TenantId) {
  const [row] = await tx.select(columns).from(tenants).where(eq(tenants.id, id)).for('no key update');
  return row;
}

/** Whether an agent has its secret replaced every day. Certain once the tenant is locked. */
export async function hasDailyAgents(tx: Transaction, tenantId: TenantId): Promise<boolean> {
  const isDaily = and(
    eq(agents.tenantId, tenantId),
    eq(agents.rotationDays, 1),
    isNull(credentials.revokedAt),
  );
  const rows = await tx
    .select({ id: agents.id })
    .from(agents)
    .innerJoin(credentials, eq(credentials.id, agents.id))
    .where(isDaily)
    .limit(1);
  return rows.length > 0;
}

export async function isTenantRowSuspended(db: Connection, id: string): Promise<boolean> {
  const [row] = await db.select({ at: tenants.suspendedAt }).from(tenants).where(eq(tenants.id, id));
  return Boolean(row?.at);
}

/** What of a tenant is counted for those who do not see inside it. */
const counted = (what: SQL) => sql<number>`(select count(*)::int from ${what})`;
const tenantColumns = {
  id: tenants.id,
  slug: tenants.slug,
  name: tenants.name,
  createdAt: tenants.createdAt,
  suspendedAt: tenants.suspendedAt,
  suspendReason: tenants.suspendReason,
  deletedAt: tenants.deletedAt,
  purgeBeganAt: tenants.purgeBeganAt,
  purgedAt: tenants.purgedAt,
  maxTokenDays: tenants.maxTokenDays,
  callsPerSecond: tenants.callsPerSecond,
  callsAtOnce: tenants.callsAtOnce,
  users: counted(sql`users u where u.tenant_id = ${tenants}.id and u.deleted_at is null`),
  // Kept by triggers: there may be very many.
  tokens: sql<number>`(select coalesce(sum(t.count), 0)::int from credential_tallies t
    where t.tenant_id = ${tenants}.id and t.status <> 'revoked')`,
  keys: counted(
    sql`credentials c where c.tenant_id = ${tenants}.id and c.kind = 'key' and c.revoked_at is null`,
  ),
  agents: counted(
    sql`credentials c where c.tenant_id = ${tenants}.id and c.kind = 'agent' and c.revoked_at is null`,
  ),
};

export type TenantRow = NonNullable<Awaited<ReturnType<typeof findTenant>>>;

export async function findTenant(db: Connection, id: string) {
  const [row] = await db.select(tenantColumns).from(tenants).where(eq(tenants.id, id));
  return row;
}

/** Locks a tenant before it is read, so that nothing is made of what was before. */
export async function findTenantForUpdate(tx: Transaction, id: string) {
  await tx.select({ id: tenants.id }).from(tenants).where(eq(tenants.id, id)).for('no key update');
  return findTenant(tx, id);
}

/** Whether the asker looks after the tenants, locked so that they go on to. */
export async function lockPlatformAdmin(tx: Transaction, id: string): Promise<boolean> {
  const isIt = and(eq(users.platformAdmin, true), isNull(users.deactivatedAt), isNull(users.deletedAt));
  const rows = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, id), isIt))
    .for('no key update');
  return rows.length > 0;
}

export const tenantKeyset: Keyset = { key: byText(tenants.slug), id: tenants.id, order: 'asc' };

export function listTenantRows(
  db: Database,
  { search, status, limit }: ListTenantsInput,
  after: KeysetPosition | undefined,
) {
  return db
    .select({ ...tenantColumns, place: { key: keyText(tenantKeyset), id: tenants.id } })
    .from(tenants)
    .where(
      and(
        status ? statusIs(status) : undefined,
        search ? or(hasPart(folded(tenants.name), search), hasPart(tenants.slug, search)) : undefined,
        after && isBehind(tenantKeyset, after),
      ),
    )
    .orderBy(inOrder(tenantKeyset))
    .limit(limit + 1);
}

function statusIs(status: TenantStatus): SQL | undefined {
  const { suspendedAt, deletedAt, purgedAt } = tenants;
  const conditions: Record<TenantStatus, SQL | undefined> = {
    active: isNull(suspendedAt),
    suspended: and(isNotNull(suspendedAt), isNull(deletedAt)),
    deleted: and(isNotNull(deletedAt), isNull(purgedAt)),
    purged: isNotNull(purgedAt),
  };
  return conditions[status];
}

export async function insertTenant(tx: Transaction, row: typeof tenants.$inferInsert): Promise<void> {
  await tx.insert(tenants).values(row);
}

export async function updateTenantRow(
  tx: Transaction,
  id: string,
  changes: Changes<typeof tenants.$inferInsert>,
): Promise<void> {
  await tx.update(tenants).set(changes).where(eq(tenants.id, id));
}

/** Tenants that were deleted by a moment and are not erased yet. */
export function findDoomed(db: Database, deletedBefore: Date) {
  const { id, name, purgeBeganAt, deletedAt, purgedAt } = tenants;
  return db
    .select({ id, name, purgeBeganAt })
    .from(tenants)
    .where(and(lte(deletedAt, deletedBefore), isNull(purgedAt)))
    .orderBy(asc(deletedAt), asc(id));
}

/** Erases some rows of a tenant, and returns how many; the database refuses for one that is not to be erased. */
export async function eraseRows(db: Connection, id: string, batch: number): Promise<number> {
  const { rows } = await db.execute<{ erased: number }>(sql`select purge_tenant(${id}, ${batch}) as erased`);
  return rows[0]?.erased ?? 0;
}
