import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Changes, Connection, Transaction } from '#db/client.ts';
import { isConnected } from '#db/connected-agents.ts';
import { isCurrentSecret, isMainOf } from '#db/main-secrets.ts';
import { agents, rotations } from '#db/schema/agents.ts';
import { credentials, secrets } from '#db/schema/credentials.ts';
import { oneTimeCodes, tenants, users } from '#db/schema/people.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import type { AgentStatus } from '#server/credentials/agents/schema.ts';
import { openRotationStates } from '#server/credentials/rotation/schema.ts';

/** Which agents: all of a tenant, or those that act for one person. */
export interface AgentScope {
  tenantId: TenantId;
  ownerId?: string;
}

const owner = alias(users, 'owner');
const replaced = alias(secrets, 'replaced');
const openRotation = alias(rotations, 'open_rotation');

const isActive = sql<boolean>`(${owner.deactivatedAt} is null and ${owner.deletedAt} is null)`;

/** The one place that says what an agent's status is. */
export function agentStatus(db: Connection, at: Date): SQL<AgentStatus> {
  return sql<AgentStatus>`case
    when not ${credentials.enabled} then 'disabled'
    when ${agents.pausedAt} is not null then 'paused'
    when ${agents.connectedAt} is null then 'never_connected'
    when ${agents.stuckAt} is not null then 'rotation_stuck'
    when ${openRotation.id} is not null then 'rotation_pending'
    when ${isConnected(db, at)} then 'online'
    else 'offline'
  end`;
}

const isOpenRotation = and(
  eq(openRotation.agentId, agents.id),
  inArray(openRotation.state, [...openRotationStates]),
);

function agentColumns(db: Connection, at: Date) {
  return {
    id: credentials.id,
    name: credentials.name,
    description: agents.description,
    ownerId: agents.ownerUserId,
    ownerLabel: owner.email,
    ownerRole: owner.role,
    ownerActive: isActive,
    permissions: credentials.permissions,
    resources: credentials.resources,
    enabled: credentials.enabled,
    status: agentStatus(db, at),
    online: sql<boolean>`${isConnected(db, at)}`,
    rotationDays: agents.rotationDays,
    epoch: secrets.epoch,
    prefix: secrets.prefix,
    rotateAfter: agents.rotateAfter,
    expiresAt: secrets.expiresAt,
    graceEndsAt: replaced.validUntil,
    codeExpiresAt: oneTimeCodes.expiresAt,
    host: agents.host,
    version: agents.version,
    address: agents.address,
    connectedAt: agents.connectedAt,
    lastSeenAt: agents.lastSeenAt,
    pausedAt: agents.pausedAt,
    pauseReason: agents.pauseReason,
    stuckAt: agents.stuckAt,
    cloneSuspectedAt: agents.cloneSuspectedAt,
    createdAt: credentials.createdAt,
  };
}

export type AgentRow = NonNullable<Awaited<ReturnType<typeof findAgent>>>;

/** `key`: what a list of them is sorted by. */
export function selectAgents(db: Connection, at: Date, key: SQL<string> = sql`''`) {
  const isWaiting = and(
    eq(oneTimeCodes.id, agents.codeId),
    isNull(oneTimeCodes.consumedAt),
    gt(oneTimeCodes.expiresAt, at),
  );
  return db
    .select({ ...agentColumns(db, at), place: { key, id: credentials.id } })
    .from(credentials)
    .innerJoin(agents, eq(agents.id, credentials.id))
    .innerJoin(owner, eq(owner.id, agents.ownerUserId))
    .leftJoin(secrets, isCurrentSecret)
    .leftJoin(replaced, isMainOf(replaced, 'grace'))
    .leftJoin(openRotation, isOpenRotation)
    .leftJoin(oneTimeCodes, isWaiting)
    .$dynamic();
}

/** The ids of agents. `withSecret`: their filters are about the current secret too. */
export function selectAgentIds(db: Connection, { withSecret }: { withSecret: boolean }) {
  const selecting = db
    .select({ id: credentials.id })
    .from(credentials)
    .innerJoin(agents, eq(agents.id, credentials.id))
    .leftJoin(openRotation, isOpenRotation)
    .$dynamic();
  return withSecret ? selecting.leftJoin(secrets, isCurrentSecret) : selecting;
}

/** How many agents there are of each status. `withSecret`: the condition is about the current secret too. */
export async function countAgentsByStatus(
  db: Connection,
  which: SQL | undefined,
  { at, withSecret = false }: { at: Date; withSecret?: boolean },
): Promise<Partial<Record<AgentStatus, number>>> {
  const counting = db
    .select({ status: agentStatus(db, at), count: sql<number>`count(*)::int` })
    .from(credentials)
    .innerJoin(agents, eq(agents.id, credentials.id))
    .leftJoin(openRotation, isOpenRotation)
    .groupBy(sql`1`)
    .$dynamic();
  const rows = await (withSecret ? counting.leftJoin(secrets, isCurrentSecret) : counting).where(which);
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

/** Deleted ones are found nowhere. */
export function isAgentOf({ tenantId, ownerId }: AgentScope): SQL | undefined {
  return and(
    eq(credentials.tenantId, tenantId),
    eq(credentials.kind, 'agent'),
    isNull(credentials.revokedAt),
    ownerId === undefined ? undefined : eq(agents.ownerUserId, ownerId),
  );
}

export async function findAgent(db: Connection, scope: AgentScope, { id, at }: { id: string; at: Date }) {
  const [row] = await selectAgents(db, at).where(and(isAgentOf(scope), eq(credentials.id, id)));
  return row;
}

/** Locks an agent's credential before it is read: what was read while waiting for the lock may be of before. */
export async function findAgentForUpdate(
  tx: Transaction,
  scope: AgentScope,
  wanted: { id: string; at: Date },
) {
  await tx
    .select({ id: credentials.id })
    .from(credentials)
    .where(and(eq(credentials.tenantId, scope.tenantId), eq(credentials.id, wanted.id)))
    .for('no key update');
  return findAgent(tx, scope, wanted);
}

/** The newest rotation of each agent: the one that is under way, or the last. */
export function findLatestRotations(db: Connection, ids: string[]) {
  return db
    .selectDistinctOn([rotations.agentId])
    .from(rotations)
    .where(inArray(rotations.agentId, ids))
    .orderBy(rotations.agentId, desc(rotations.createdAt), desc(rotations.id));
}

/** The code that waits to enroll an agent, whether or not it still works. */
export async function findCodeOfAgent(db: Connection, tenantId: TenantId, id: string) {
  const [row] = await db
    .select({ id: oneTimeCodes.id, holderId: oneTimeCodes.userId })
    .from(agents)
    .innerJoin(oneTimeCodes, eq(oneTimeCodes.id, agents.codeId))
    .where(and(eq(agents.tenantId, tenantId), eq(agents.id, id)));
  return row;
}

/** The agent that a code waits to enroll. Only who was given the code knows it: hence no tenant. */
export async function findAgentOfCode(db: Connection, codeId: string): Promise<string | undefined> {
  const [row] = await db.select({ id: agents.id }).from(agents).where(eq(agents.codeId, codeId));
  return row?.id;
}

/** The agent whose secrets stem from the code behind a hash. */
export async function findEnrolledBy(db: Connection, hash: Buffer) {
  const [row] = await db
    .select({
      id: agents.id,
      tenantId: agents.tenantId,
      ownerId: agents.ownerUserId,
      name: credentials.name,
    })
    .from(oneTimeCodes)
    .innerJoin(agents, eq(agents.enrolledCodeId, oneTimeCodes.id))
    .innerJoin(credentials, eq(credentials.id, agents.id))
    .where(
      and(eq(oneTimeCodes.hash, hash), isNotNull(oneTimeCodes.consumedAt), isNull(credentials.revokedAt)),
    );
  return row && { ...row, tenantId: row.tenantId as TenantId };
}

/** Holds off every other change of the tenant's agents by people, and its suspension. */
export async function lockTenant(tx: Transaction, tenantId: TenantId) {
  const [row] = await tx
    .select({ suspendedAt: tenants.suspendedAt, agentOverdueDays: tenants.agentOverdueDays })
    .from(tenants)
    .where(eq(tenants.id, tenantId))
    .for('no key update');
  return row;
}

/** All people of a change in one statement, in the order of their ids (decision 46). */
export async function lockPeople(tx: Transaction, tenantId: TenantId, ids: string[]) {
  const { id, email, role, deactivatedAt, deletedAt } = users;
  const rows = await tx
    .select({ id, email, role, deactivatedAt, deletedAt })
    .from(users)
    .where(and(eq(users.tenantId, tenantId), inArray(id, ids)))
    .orderBy(asc(id))
    .for('no key update');
  return rows.map(({ deactivatedAt: off, deletedAt: gone, ...person }) => ({
    ...person,
    active: !off && !gone,
  }));
}

/** How many agents a tenant has. Certain once the tenant is locked. */
export function countAgents(tx: Transaction, { tenantId }: AgentScope): Promise<number> {
  return tx.$count(credentials, isAgentOf({ tenantId }));
}

export async function insertAgent(
  tx: Transaction,
  credential: typeof credentials.$inferInsert,
  agent: typeof agents.$inferInsert,
): Promise<void> {
  await tx.insert(credentials).values(credential);
  await tx.insert(agents).values(agent);
}

export async function updateCredentialRow(
  tx: Transaction,
  { tenantId, id }: { tenantId: TenantId; id: string },
  changes: Changes<typeof credentials.$inferInsert>,
): Promise<void> {
  await tx
    .update(credentials)
    .set(changes)
    .where(and(eq(credentials.tenantId, tenantId), eq(credentials.id, id), eq(credentials.kind, 'agent')));
}

export async function updateAgentRow(
  tx: Transaction,
  { tenantId, id }: { tenantId: TenantId; id: string },
  changes: Changes<typeof agents.$inferInsert>,
): Promise<void> {
  await tx
    .update(agents)
    .set(changes)
    .where(and(eq(agents.tenantId, tenantId), eq(agents.id, id)));
}
