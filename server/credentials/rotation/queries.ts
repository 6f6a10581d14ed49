import { and, count, desc, eq, exists, gt, inArray, isNull, max, not, notInArray, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Changes, Connection, Transaction } from '#db/client.ts';
import { isConnected } from '#db/connected-agents.ts';
import { byTime, inOrder, isBehind, keyText, type Keyset, type KeysetPosition } from '#db/keyset.ts';
import { isCurrentSecret } from '#db/main-secrets.ts';
import { agents, rotations } from '#db/schema/agents.ts';
import { credentials, secrets } from '#db/schema/credentials.ts';
import { tenants, users } from '#db/schema/people.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { dueSpread, type RotationTerms } from '#server/credentials/rotation/rules.ts';
import { openRotationStates } from '#server/credentials/rotation/schema.ts';

/** Locks the credential of an agent, and with it all that happens to its secrets (decision 46). */
export async function lockAgentCredential(tx: Transaction, id: string): Promise<void> {
  await tx
    .select({ id: credentials.id })
    .from(credentials)
    .where(eq(credentials.id, id))
    .for('no key update');
}

/** The agent's terms, or its tenant's where it has none of its own. */
export async function findRotationTerms(
  db: Connection,
  agentId: string,
): Promise<(RotationTerms & { timeoutSeconds: number; connectionId: string | null }) | undefined> {
  const [row] = await db
    .select({
      rotationDays: sql<number>`coalesce(${agents.rotationDays}, ${tenants.agentRotationDays})`,
      overdueDays: tenants.agentOverdueDays,
      graceMinutes: tenants.agentGraceMinutes,
      timeoutSeconds: tenants.agentRotationTimeoutSeconds,
      connectionId: agents.connectionId,
    })
    .from(agents)
    .innerJoin(tenants, eq(tenants.id, agents.tenantId))
    .where(eq(agents.id, agentId));
  return row;
}

/** A tenant's agent that was not deleted. */
export async function findAgent(
  db: Connection,
  { tenantId, id }: { tenantId: TenantId; id: string },
  at: Date,
) {
  const [row] = await db
    .select({
      id: credentials.id,
      name: credentials.name,
      ownerId: agents.ownerUserId,
      stuckAt: agents.stuckAt,
      isConnected: sql<boolean>`${isConnected(db, at)}`,
    })
    .from(credentials)
    .innerJoin(agents, eq(agents.id, credentials.id))
    .where(and(eq(credentials.tenantId, tenantId), eq(credentials.id, id), isNull(credentials.revokedAt)));
  return row;
}

const isOpen = inArray(rotations.state, [...openRotationStates]);

/** The rotation of an agent that is not over: one at most. */
export async function findOpenRotation(db: Connection, agentId: string) {
  const [row] = await db
    .select()
    .from(rotations)
    .where(and(eq(rotations.agentId, agentId), isOpen));
  return row;
}

const promoted = alias(secrets, 'promoted');
const replaced = alias(secrets, 'replaced');
const newestFirst: Keyset = { key: byTime(sql`${rotations.createdAt}`), id: rotations.id, order: 'desc' };

/** Rotations of an agent, newest first, each with the end of the grace of what it replaced where that is the latest. */
export function findRotations(
  db: Connection,
  agentId: string,
  { limit, place, id }: { limit: number; place?: KeysetPosition | undefined; id?: string },
) {
  const isCurrent = and(
    eq(promoted.credentialId, rotations.agentId),
    eq(promoted.rotationId, rotations.id),
    eq(promoted.state, 'current'),
  );
  const isReplaced = and(
    eq(replaced.credentialId, promoted.credentialId),
    eq(replaced.state, 'grace'),
    eq(replaced.purpose, 'main'),
  );
  return db
    .select({
      rotation: rotations,
      graceEndsAt: replaced.validUntil,
      place: { key: keyText(newestFirst), id: rotations.id },
    })
    .from(rotations)
    .leftJoin(promoted, isCurrent)
    .leftJoin(replaced, isReplaced)
    .where(
      and(
        eq(rotations.agentId, agentId),
        id === undefined ? undefined : eq(rotations.id, id),
        place && isBehind(newestFirst, place),
      ),
    )
    .orderBy(inOrder(newestFirst))
    .limit(limit);
}

/** How the latest rotations that are over ended, newest first. */
export function findEndings(db: Connection, agentId: string) {
  return db
    .select({ state: rotations.state, failure: rotations.failure })
    .from(rotations)
    .where(and(eq(rotations.agentId, agentId), inArray(rotations.state, ['promoted', 'failed'])))
    .orderBy(desc(rotations.createdAt), desc(rotations.id))
    .limit(3);
}

export async function insertRotation(
  tx: Transaction,
  row: typeof rotations.$inferInsert,
): Promise<typeof rotations.$inferSelect | undefined> {
  const [made] = await tx.insert(rotations).values(row).onConflictDoNothing().returning();
  return made;
}

export async function updateRotation(
  tx: Transaction,
  { agentId, id }: { agentId: string; id: string },
  changes: Changes<typeof rotations.$inferInsert>,
): Promise<void> {
  await tx
    .update(rotations)
    .set(changes)
    .where(and(eq(rotations.agentId, agentId), eq(rotations.id, id)));
}

export async function updateAgent(
  db: Connection,
  agentId: string,
  changes: Changes<typeof agents.$inferInsert>,
): Promise<void> {
  await db.update(agents).set(changes).where(eq(agents.id, agentId));
}

export function updateAgentSecretDates(
  tx: Transaction,
  agentId: string,
  rotateAfter: Date | null,
): Promise<void> {
  return updateAgent(tx, agentId, { rotateAfter, stuckAt: null });
}

/** Has the server that holds the agent's connection look at it. On commit; of many of one transaction one is sent. */
export async function notifyAgentServers(tx: Connection, agentIds: readonly string[]): Promise<void> {
  await tx.execute(
    sql`select pg_notify('keyward_agents', id) from unnest(${sql.param([...agentIds])}::text[]) as id`,
  );
}

/** What decides what becomes of an agent that connects. */
export async function findHelloFacts(db: Connection, agentId: string, at: Date) {
  const [row] = await db
    .select({
      rotateAfter: agents.rotateAfter,
      stuckAt: agents.stuckAt,
      pausedAt: agents.pausedAt,
      cloneSuspectedAt: agents.cloneSuspectedAt,
      cloneAction: tenants.agentCloneAction,
      rotationDays: sql<number>`coalesce(${agents.rotationDays}, ${tenants.agentRotationDays})`,
      overdueDays: tenants.agentOverdueDays,
      visits: agents.visits,
      connectionEpoch: agents.connectionEpoch,
      isConnected: sql<boolean>`${isConnected(db, at)}`,
      currentEpoch: secrets.epoch,
      secretExpiresAt: secrets.expiresAt,
      open: rotations,
    })
    .from(agents)
    .innerJoin(tenants, eq(tenants.id, agents.tenantId))
    .innerJoin(credentials, eq(credentials.id, agents.id))
    .innerJoin(secrets, isCurrentSecret)
    .leftJoin(rotations, and(eq(rotations.agentId, agents.id), isOpen))
    .where(eq(agents.id, agentId));
  return row;
}
export type HelloFacts = NonNullable<Awaited<ReturnType<typeof findHelloFacts>>>;

/** How many agents that a server holds have a rotation under way, but for those that were left lying. */
export async function countUnderWay(db: Connection, at: Date): Promise<Map<string, number>> {
  const lately = gt(rotations.createdAt, new Date(at.getTime() - 300_000));
  const rows = await db
    .select({ serverId: agents.serverId, count: sql<number>`count(*)::int` })
    .from(rotations)
    .innerJoin(agents, eq(agents.id, rotations.agentId))
    .where(and(isOpen, lately))
    .groupBy(agents.serverId);
  return new Map(rows.flatMap(({ serverId, count }) => (serverId === null ? [] : [[serverId, count]])));
}

/** How many rotations are not over, by how far they have come. */
export async function countOpenRotations(db: Connection): Promise<Map<string, number>> {
  const rows = await db
    .select({ state: rotations.state, count: count() })
    .from(rotations)
    .where(isOpen)
    .groupBy(rotations.state);
  return new Map(rows.map((row) => [row.state, row.count]));
}

/** Of a tenant: whether it is time to look for what is due. */
const isCheck = (at: Date) =>
  sql<boolean>`coalesce(${tenants.agentsCheckedAt} + make_interval(mins => ${tenants.agentRotationCheckMinutes}) <= ${at.toISOString()}::timestamptz, true)`;

/** Agents that are connected and may be due, the longest due first, and how often it has failed since it last worked. */
export async function findCandidates(db: Connection, at: Date) {
  const worked = alias(rotations, 'worked');
  const lastWorked = db
    .select({ at: max(worked.createdAt) })
    .from(worked)
    .where(and(eq(worked.agentId, agents.id), eq(worked.state, 'promoted')));
  const failed = db
    .select({ failures: count().as('failures'), failedAt: max(rotations.endedAt).as('failed_at') })
    .from(rotations)
    .where(
      and(
        eq(rotations.agentId, agents.id),
        eq(rotations.state, 'failed'),
        sql`${rotations.createdAt} > coalesce(${lastWorked}, '-infinity')`,
      ),
    )
    .as('failed');
  const open = alias(rotations, 'open');
  const isRotating = exists(
    db
      .select({ id: open.id })
      .from(open)
      .where(and(eq(open.agentId, agents.id), inArray(open.state, [...openRotationStates]))),
  );
  const rotationDays = sql<number>`coalesce(${agents.rotationDays}, ${tenants.agentRotationDays})`;
  const earliest = sql`${agents.rotateAfter} - ${rotationDays} * interval '1 day' * ${dueSpread}::float8`;
  const rows = await db
    .select({
      id: agents.id,
      tenantId: agents.tenantId,
      serverId: agents.serverId,
      rotateAfter: agents.rotateAfter,
      rotationDays,
      overdueDays: tenants.agentOverdueDays,
      isCheck: isCheck(at),
      failures: failed.failures,
      failedAt: failed.failedAt,
    })
    .from(agents)
    .innerJoin(credentials, eq(credentials.id, agents.id))
    .innerJoin(tenants, eq(tenants.id, agents.tenantId))
    .innerJoin(users, eq(users.id, agents.ownerUserId))
    .leftJoinLateral(failed, sql`true`)
    .where(
      and(
        sql`${earliest} <= ${at.toISOString()}::timestamptz`,
        isConnected(db, at),
        eq(credentials.enabled, true),
        isNull(credentials.revokedAt),
        isNull(agents.pausedAt),
        isNull(agents.stuckAt),
        isNull(tenants.suspendedAt),
        isNull(users.deactivatedAt),
        isNull(users.deletedAt),
        not(isRotating),
      ),
    )
    .orderBy(agents.rotateAfter, agents.id)
    .limit(1_000);
  return rows.flatMap(({ serverId, rotateAfter, failures, ...row }) =>
    serverId === null || rotateAfter === null
      ? []
      : [{ ...row, serverId, rotateAfter, failures: failures ?? 0 }],
  );
}
export type Candidate = Awaited<ReturnType<typeof findCandidates>>[number];

/** Of tenants whose time it was that they were looked at, but for those of which something is left to do. */
export async function noteChecked(db: Connection, at: Date, left: readonly string[]): Promise<void> {
  const isDone = left.length === 0 ? undefined : notInArray(tenants.id, [...left]);
  await db
    .update(tenants)
    .set({ agentsCheckedAt: at })
    .where(and(isCheck(at), isDone, isNull(tenants.deletedAt)));
}
