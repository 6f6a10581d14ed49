import { and, eq, exists, gt, inArray, isNull, ne, or, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Connection, Database } from '#db/client.ts';
import { isCurrentSecret } from '#db/main-secrets.ts';
import { reaches } from '#db/reach.ts';
import { agents } from '#db/schema/agents.ts';
import { credentials, secrets } from '#db/schema/credentials.ts';
import { tenants, users } from '#db/schema/people.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import type { Resource, Resources, Role } from '#server/core/access/schema.ts';

const maker = alias(users, 'maker');

export async function findExplained(db: Connection, tenantId: TenantId, id: string) {
  const [row] = await db
    .select({
      kind: credentials.kind,
      name: credentials.name,
      permissions: credentials.permissions,
      resources: credentials.resources,
      enabled: credentials.enabled,
      expiresAt: credentials.expiresAt,
      revokedAt: sql<Date | null>`coalesce(${credentials.revokedAt},
        case when ${credentials.kind} = 'pat' then ${users.deletedAt} end)`.mapWith(credentials.revokedAt),
      ownerId: users.id,
      role: users.role,
      isPlatformAdmin: users.platformAdmin,
      deactivatedAt: sql<Date | null>`coalesce(${users.deactivatedAt}, ${users.deletedAt})`.mapWith(
        users.deactivatedAt,
      ),
      pausedAt: agents.pausedAt,
      suspendedAt: tenants.suspendedAt,
    })
    .from(credentials)
    .leftJoin(agents, eq(agents.id, credentials.id))
    .leftJoin(users, eq(users.id, sql`coalesce(${credentials.ownerUserId}, ${agents.ownerUserId})`))
    .innerJoin(tenants, eq(tenants.id, credentials.tenantId))
    .where(and(eq(credentials.tenantId, tenantId), eq(credentials.id, id)));
  return row;
}
export type ExplainedRow = NonNullable<Awaited<ReturnType<typeof findExplained>>>;

export interface ReachQuery {
  tenantId: TenantId;
  resource: Resource;
  /** What stands for it and others: `openai/*`. */
  wholeId: string;
  /** What it takes to use it, and the roles that have it. */
  permission: string | undefined;
  roles: Role[];
  after: string | undefined;
  limit: number;
  at: Date;
}

/** What an agent that was enrolled has, until it expires. */
function secretOf(db: Database, at: Date) {
  const isAlive = or(isNull(secrets.expiresAt), gt(secrets.expiresAt, at));
  return db.select({ epoch: secrets.epoch }).from(secrets).where(and(isCurrentSecret, isAlive));
}

/** Credentials that work and name the resource, or all like it, in the order of their ids. */
export async function findReaching(db: Database, query: ReachQuery) {
  const { resource, wholeId, after, at } = query;
  const works = and(
    isNull(credentials.revokedAt),
    eq(credentials.enabled, true),
    isNull(agents.pausedAt),
    or(isNull(credentials.expiresAt), gt(credentials.expiresAt, at)),
    or(ne(credentials.kind, 'agent'), exists(secretOf(db, at))),
  );
  const rows = await db
    .select({
      kind: credentials.kind,
      id: credentials.id,
      label: credentials.name,
      resources: credentials.resources,
      expiresAt: credentials.expiresAt,
      owner: { id: maker.id, label: maker.email },
    })
    .from(credentials)
    .leftJoin(agents, eq(agents.id, credentials.id))
    .innerJoin(
      maker,
      eq(maker.id, sql`coalesce(${credentials.ownerUserId}, ${credentials.madeBy}, ${agents.ownerUserId})`),
    )
    .where(
      and(
        eq(credentials.tenantId, query.tenantId),
        works,
        reaches(credentials.resources, { ...resource, wholeId }),
        mayUse(query),
        after === undefined ? undefined : gt(credentials.id, after),
      ),
    )
    .orderBy(credentials.id)
    .limit(query.limit);
  return rows.map((row) => ({ ...row, resources: row.resources as Resources }));
}

function mayUse({ permission, roles }: ReachQuery): SQL | undefined {
  const isGranted = permission && sql`(${credentials.permissions} && array[${permission}, '*'])`;
  const isOwnerIn = and(isNull(maker.deactivatedAt), isNull(maker.deletedAt), inArray(maker.role, roles));
  return and(isGranted ? isGranted : undefined, or(eq(credentials.kind, 'key'), isOwnerIn));
}

/** People who reach every resource and may use this one. */
export function findReachingPeople(
  db: Database,
  { tenantId, roles, after, limit }: Pick<ReachQuery, 'tenantId' | 'roles' | 'after' | 'limit'>,
) {
  return db
    .select({ id: users.id, label: users.email })
    .from(users)
    .where(
      and(
        eq(users.tenantId, tenantId),
        isNull(users.deactivatedAt),
        isNull(users.deletedAt),
        inArray(users.role, roles),
        after === undefined ? undefined : gt(users.id, after),
      ),
    )
    .orderBy(users.id)
    .limit(limit);
}
