import { and, asc, eq, gt, isNull, lte, or, sql, type SQL } from 'drizzle-orm';
import type { Changes, Connection, Database, Transaction } from '#db/client.ts';
import { credentials } from '#db/schema/credentials.ts';
import { tenants, users } from '#db/schema/people.ts';
import { mcpServers, mcpTools } from '#db/schema/tool-servers.ts';
import type { TenantId } from '#server/core/access/principal.ts';

export type ServerRow = typeof mcpServers.$inferSelect;

const countOf = (state: (typeof mcpTools.$inferSelect)['state']): SQL<number> =>
  sql<number>`(select count(*)::int from ${mcpTools} where ${mcpTools.serverId} = ${mcpServers.id}
    and ${mcpTools.state} = ${state} and ${mcpTools.goneAt} is null)`;

function selectServers(db: Connection) {
  return db
    .select({
      server: mcpServers,
      makerLabel: users.email,
      counts: {
        approved: countOf('approved'),
        new: countOf('new'),
        changed: countOf('changed'),
        hidden: countOf('hidden'),
      },
    })
    .from(mcpServers)
    .innerJoin(users, eq(users.id, mcpServers.createdBy))
    .$dynamic();
}

export type ListedServer = Awaited<ReturnType<typeof listServerRows>>[number];

export function listServerRows(db: Connection, tenantId: TenantId) {
  return selectServers(db)
    .where(eq(mcpServers.tenantId, tenantId))
    .orderBy(asc(sql`${mcpServers.alias} collate "C"`));
}

export async function findServer(db: Connection, tenantId: TenantId, id: string) {
  const [row] = await selectServers(db).where(isServer(tenantId, id));
  return row;
}

/** Credentials that are not over and name a tool of the server, or all of its tools. */
export function countGrants(
  db: Connection,
  { tenantId, id, at }: { tenantId: TenantId; id: string; at: Date },
): Promise<number> {
  const named = sql`jsonb_path_query_array(${credentials.resources}, '$.mcp_tool[*]')`;
  return db.$count(
    credentials,
    and(
      eq(credentials.tenantId, tenantId),
      isNull(credentials.revokedAt),
      or(isNull(credentials.expiresAt), gt(credentials.expiresAt, at)),
      sql`exists (select from jsonb_array_elements_text(${named}) as resource where starts_with(resource, ${`${id}/`}))`,
    ),
  );
}

export async function findServerForUpdate(tx: Transaction, tenantId: TenantId, id: string) {
  const [row] = await tx.select().from(mcpServers).where(isServer(tenantId, id)).for('no key update');
  return row;
}

export function countServers(tx: Transaction, tenantId: TenantId): Promise<number> {
  return tx.$count(mcpServers, eq(mcpServers.tenantId, tenantId));
}

export async function insertServer(tx: Transaction, row: typeof mcpServers.$inferInsert): Promise<void> {
  await tx.insert(mcpServers).values(row);
}

export async function updateServerRow(
  tx: Transaction,
  { tenantId, id }: { tenantId: TenantId; id: string },
  changes: Changes<typeof mcpServers.$inferInsert>,
): Promise<void> {
  await tx.update(mcpServers).set(changes).where(isServer(tenantId, id));
}

/** With its tools. */
export async function deleteServerRow(tx: Transaction, tenantId: TenantId, id: string): Promise<void> {
  await tx.delete(mcpServers).where(isServer(tenantId, id));
}

const hour = 3_600_000;
const atOnce = 200;

/** Servers that were used within the hour and are to be looked at again. */
export function findDueServers(db: Database, at: Date) {
  return db
    .select({ id: mcpServers.id, tenantId: sql<TenantId>`${mcpServers.tenantId}` })
    .from(mcpServers)
    .innerJoin(tenants, eq(tenants.id, mcpServers.tenantId))
    .where(
      and(
        eq(mcpServers.enabled, true),
        lte(mcpServers.nextCheckAt, at),
        gt(mcpServers.lastUsedAt, new Date(at.getTime() - hour)),
        isNull(tenants.suspendedAt),
      ),
    )
    .orderBy(asc(mcpServers.nextCheckAt))
    .limit(atOnce);
}

/** Holds off every other list of tools of the tenant: shown names are the tenant's. */
export async function lockTenantOf(tx: Transaction, tenantId: TenantId): Promise<void> {
  await tx.select({ id: tenants.id }).from(tenants).where(eq(tenants.id, tenantId)).for('no key update');
}

function isServer(tenantId: TenantId, id: string): SQL | undefined {
  return and(eq(mcpServers.tenantId, tenantId), eq(mcpServers.id, id));
}
