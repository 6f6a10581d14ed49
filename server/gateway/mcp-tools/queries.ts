import { and, asc, eq, inArray, ne, sql, type Placeholder, type SQL } from 'drizzle-orm';
import type { Connection, Database, Transaction } from '#db/client.ts';
import { mcpServers, mcpTools } from '#db/schema/tool-servers.ts';
import type { TenantId } from '#server/core/access/principal.ts';

/** What it takes to call a server. */
const upstreamColumns = {
  id: mcpServers.id,
  alias: mcpServers.alias,
  url: mcpServers.url,
  auth: mcpServers.auth,
  headersSealed: mcpServers.headersSealed,
  timeoutSeconds: mcpServers.timeoutSeconds,
  totalSeconds: mcpServers.totalSeconds,
  maxConcurrent: mcpServers.maxConcurrent,
  nanoUsdPerCall: mcpServers.nanoUsdPerCall,
  health: mcpServers.health,
  fault: mcpServers.fault,
  failures: mcpServers.failures,
  nextCheckAt: mcpServers.nextCheckAt,
  lastUsedAt: mcpServers.lastUsedAt,
};
export type Upstream = Pick<typeof mcpServers.$inferSelect, keyof typeof upstreamColumns>;

export interface OfferedTool {
  shownName: string;
  definition: typeof mcpTools.$inferSelect.definition;
  server: Upstream;
}

/** What can be offered at all: approved, listed by its server, and of a server that is on. */
function isOffered(tenantId: TenantId | Placeholder): SQL | undefined {
  return and(
    eq(mcpTools.tenantId, tenantId),
    eq(mcpTools.state, 'approved'),
    sql`${mcpTools.goneAt} is null`,
    eq(mcpServers.enabled, true),
  );
}

const byShownName = sql`${mcpTools.shownName} collate "C"`;

function selectOffered(db: Connection) {
  return db
    .select({ shownName: mcpTools.shownName, definition: mcpTools.definition, server: upstreamColumns })
    .from(mcpTools)
    .innerJoin(mcpServers, eq(mcpServers.id, mcpTools.serverId))
    .$dynamic();
}

/** A tool by its names alone, which is all that it takes to say who reaches it. */
export interface NamedTool {
  shownName: string;
  /** As its server calls it. */
  name: string;
  title: string | null;
  server: { id: string; alias: string };
}

/** All that a tenant's servers offer, within reach or not, by shown name and without what may be long. */
export function listOfferedNames(db: Connection, tenantId: TenantId): Promise<NamedTool[]> {
  return db
    .select({
      shownName: mcpTools.shownName,
      name: mcpTools.name,
      title: sql<string | null>`${mcpTools.definition} ->> 'title'`,
      server: { id: mcpServers.id, alias: mcpServers.alias },
    })
    .from(mcpTools)
    .innerJoin(mcpServers, eq(mcpServers.id, mcpTools.serverId))
    .where(isOffered(tenantId))
    .orderBy(byShownName);
}

/** The tools of these names, as far as they are offered. */
export function readOfferedTools(
  db: Connection,
  tenantId: TenantId,
  shownNames: string[],
): Promise<OfferedTool[]> {
  return selectOffered(db)
    .where(and(isOffered(tenantId), inArray(mcpTools.shownName, shownNames)))
    .orderBy(byShownName);
}

/** Made once for a database: it is what every call asks, and to write it takes longer than to send it. */
function prepareFind(db: Database) {
  const shownName = sql.placeholder('shownName');
  return selectOffered(db)
    .where(
      and(
        isOffered(sql.placeholder('tenantId')),
        sql`lower(${mcpTools.shownName}) = lower(${shownName}::text)`,
        eq(mcpTools.shownName, shownName),
      ),
    )
    .prepare('find_offered_tool');
}
const prepared = new WeakMap<Database, ReturnType<typeof prepareFind>>();

export async function findOfferedTool(
  db: Database,
  tenantId: TenantId,
  shownName: string,
): Promise<OfferedTool | undefined> {
  const find = prepared.get(db) ?? prepareFind(db);
  prepared.set(db, find);
  const [tool] = await find.execute({ tenantId, shownName });
  return tool;
}

export type ToolRow = typeof mcpTools.$inferSelect;

/** Every tool of a server, in any state, by the names that the server gives them. */
export function listToolsOf(db: Connection, tenantId: TenantId, serverId: string): Promise<ToolRow[]> {
  return db
    .select()
    .from(mcpTools)
    .where(and(eq(mcpTools.tenantId, tenantId), eq(mcpTools.serverId, serverId)))
    .orderBy(asc(sql`${mcpTools.name} collate "C"`));
}

/** Shown names that other servers of the tenant have, in lower case, and how many tools those have in all. */
export async function findTaken(tx: Transaction, tenantId: TenantId, serverId: string) {
  const rows = await tx
    .select({ name: sql<string>`lower(${mcpTools.shownName})`, state: mcpTools.state })
    .from(mcpTools)
    .where(and(eq(mcpTools.tenantId, tenantId), ne(mcpTools.serverId, serverId)));
  const names = rows.filter(({ state }) => state !== 'hidden').map(({ name }) => name);
  return { names: new Set(names), count: rows.length };
}

const newValues = {
  shownName: sql`excluded.shown_name`,
  state: sql`excluded.state`,
  definition: sql`excluded.definition`,
  pin: sql`excluded.pin`,
  approvedDefinition: sql`excluded.approved_definition`,
  approvedPin: sql`excluded.approved_pin`,
  approvedAt: sql`excluded.approved_at`,
  approvedBy: sql`excluded.approved_by`,
  changedAt: sql`excluded.changed_at`,
  goneAt: sql`excluded.gone_at`,
};

/** Writes tools in one statement. A name must be free before another takes it: hidden ones are written first. */
export async function writeTools(tx: Transaction, rows: ToolRow[]): Promise<void> {
  const parts = [
    rows.filter(({ state }) => state === 'hidden'),
    rows.filter(({ state }) => state !== 'hidden'),
  ];
  for (const part of parts)
    if (part.length > 0)
      await tx
        .insert(mcpTools)
        .values(part)
        .onConflictDoUpdate({ target: [mcpTools.serverId, mcpTools.name], set: newValues });
}

export async function markGone(tx: Transaction, serverId: string, names: string[], at: Date): Promise<void> {
  if (names.length === 0) return;
  await tx
    .update(mcpTools)
    .set({ goneAt: sql`coalesce(${mcpTools.goneAt}, ${at.toISOString()}::timestamptz)` })
    .where(and(eq(mcpTools.serverId, serverId), inArray(mcpTools.name, names)));
}

export async function deleteTools(tx: Transaction, serverId: string, names: string[]): Promise<void> {
  if (names.length === 0) return;
  await tx.delete(mcpTools).where(and(eq(mcpTools.serverId, serverId), inArray(mcpTools.name, names)));
}

/** That a server was used, a minute exactly enough: what is used is looked after. */
export async function touchUpstream(db: Database, id: string, at: Date): Promise<void> {
  await db.update(mcpServers).set({ lastUsedAt: at }).where(eq(mcpServers.id, id));
}
