import { and, eq, exists, isNull, lt, max, sql } from 'drizzle-orm';
import type { Connection, Database } from '#db/client.ts';
import { agents, agentServers, rotations } from '#db/schema/agents.ts';
import { credentials, secrets } from '#db/schema/credentials.ts';
import { tenants, users } from '#db/schema/people.ts';

/** Says that a server is alive, and forgets those that have been gone for an hour. */
export async function renewServer(db: Database, id: string, seenAt: Date): Promise<void> {
  await db
    .insert(agentServers)
    .values({ id, seenAt })
    .onConflictDoUpdate({ target: agentServers.id, set: { seenAt } });
  await db.delete(agentServers).where(lt(agentServers.seenAt, new Date(seenAt.getTime() - 3_600_000)));
}

export async function deleteServer(db: Database, id: string): Promise<void> {
  await db.delete(agentServers).where(eq(agentServers.id, id));
}

export interface NewConnection {
  agentId: string;
  serverId: string;
  connectionId: string;
  connectionEpoch: number;
  host: string;
  version: string;
  address: string | null;
  at: Date;
}

/** Makes a connection the one that an agent has, and tells the server that held one before. */
export async function writeConnection(
  db: Connection,
  { agentId, at, ...connection }: NewConnection,
): Promise<void> {
  await db
    .update(agents)
    .set({ ...connection, connectedAt: at, lastSeenAt: at })
    .where(eq(agents.id, agentId));
  await db.execute(sql`select pg_notify('keyward_agents', ${agentId})`);
}

/** The secret that an agent with this connection uses now. */
export async function updateConnectionEpoch(
  db: Connection,
  { agentId, connectionId, epoch }: { agentId: string; connectionId: string; epoch: number },
): Promise<void> {
  await db
    .update(agents)
    .set({ connectionEpoch: epoch })
    .where(and(eq(agents.id, agentId), eq(agents.connectionId, connectionId)));
}

export interface ClosedConnection {
  agentId: string;
  connectionId: string;
  at: Date;
}

/** Connections that are closed, unless the agent has another one already. */
export async function writeClosed(db: Database, closed: ClosedConnection[]): Promise<void> {
  const param = (values: unknown[], type: string) => sql`${sql.param(values)}::${sql.raw(type)}[]`;
  const ids = param(
    closed.map(({ agentId }) => agentId),
    'uuid',
  );
  const connections = param(
    closed.map(({ connectionId }) => connectionId),
    'uuid',
  );
  const times = param(
    closed.map(({ at }) => at.toISOString()),
    'timestamptz',
  );
  await db.execute(sql`
    update agents set server_id = null, last_seen_at = closed.at
    from unnest(${ids}, ${connections}, ${times}) as closed (id, connection_id, at)
    where agents.id = closed.id and agents.connection_id = closed.connection_id`);
}

/** What decides whether an agent may keep its connection, whichever secret it was opened by. */
export function findStandings(db: Database, ids: readonly string[]) {
  const current = and(eq(secrets.credentialId, agents.id), eq(secrets.state, 'current'));
  const isEnrollment = and(eq(rotations.agentId, agents.id), eq(rotations.cause, 'enrollment'));
  const queued = and(eq(rotations.agentId, agents.id), eq(rotations.state, 'queued'));
  return db
    .select({
      id: agents.id,
      revokedAt: credentials.revokedAt,
      enabled: credentials.enabled,
      pausedAt: agents.pausedAt,
      pauseReason: agents.pauseReason,
      tenantSuspended: sql<boolean>`${tenants.suspendedAt} is not null`,
      ownerActive: sql<boolean>`coalesce(${users.deactivatedAt}, ${users.deletedAt}) is null`,
      ownerId: users.id,
      ownerRole: users.role,
      connectionId: agents.connectionId,
      connectionEpoch: agents.connectionEpoch,
      hasSecret: sql<boolean>`${exists(db.select({ hash: secrets.hash }).from(secrets).where(current))}`,
      enrolledEpoch: sql<number | null>`(${db
        .select({ epoch: max(rotations.epoch) })
        .from(rotations)
        .where(isEnrollment)})`,
      hasQueued: sql<boolean>`${exists(db.select({ id: rotations.id }).from(rotations).where(queued))}`,
    })
    .from(agents)
    .innerJoin(credentials, eq(credentials.id, agents.id))
    .innerJoin(users, eq(users.id, agents.ownerUserId))
    .innerJoin(tenants, eq(tenants.id, agents.tenantId))
    .where(sql`${agents.id} = any(${sql.param([...ids])}::uuid[])`);
}
export type Standing = Awaited<ReturnType<typeof findStandings>>[number];

export async function isSuspended(db: Database, tenantId: string): Promise<boolean> {
  const [row] = await db
    .select({ suspendedAt: tenants.suspendedAt })
    .from(tenants)
    .where(eq(tenants.id, tenantId));
  return row !== undefined && row.suspendedAt !== null;
}

/** An agent of which someone has shown no secret but its id. */
export async function findNamedAgent(db: Database, id: string) {
  const [row] = await db
    .select({ id: agents.id, name: credentials.name, tenantId: agents.tenantId, ownerId: agents.ownerUserId })
    .from(agents)
    .innerJoin(credentials, eq(credentials.id, agents.id))
    .where(and(eq(agents.id, id), isNull(credentials.revokedAt)));
  return row;
}
