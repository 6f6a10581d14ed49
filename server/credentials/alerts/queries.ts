import { and, desc, eq, isNotNull, isNull, or, sql, type SQL } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { goneOwners } from '#db/gone-tokens.ts';
import { agents } from '#db/schema/agents.ts';
import { credentials } from '#db/schema/credentials.ts';
import { users } from '#db/schema/people.ts';
import { mcpServers, mcpTools } from '#db/schema/tool-servers.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import type { AgentFinding, Finding, ServerFinding } from '#server/credentials/alerts/rules.ts';
import {
  attentionLimits,
  type AgentReason,
  type ServerReason,
  type TokenReason,
} from '#server/credentials/alerts/schema.ts';

export interface FoundFinding extends Finding {
  tokenId: string;
}

interface Row extends Record<string, unknown> {
  id: string;
  at: string | null;
  count: number;
  address: string | null;
}

const day = 86_400_000;

/** One bounded query for each reason; each gives one more than are shown, which tells that there are more. */
export async function findFindings(
  db: Database,
  tenantId: TenantId,
  reason: TokenReason,
  at: Date,
): Promise<FoundFinding[]> {
  const statement = statements[reason](tenantId, at);
  const { rows } = await db.execute<Row>(sql`${statement} limit ${attentionLimits.perReason + 1}`);
  return rows.map((row) => ({
    reason,
    tokenId: row.id,
    at: row.at ? new Date(row.at) : null,
    count: row.count,
    address: row.address,
  }));
}

const before = (at: Date, days: number) =>
  sql`${new Date(at.getTime() - days * day).toISOString()}::timestamptz`;

const statements: Record<TokenReason, (tenantId: TenantId, at: Date) => SQL> = {
  /** Along the index by expiry: those that never do are its end. Longest unused first. */
  eternal_unused: (tenantId, at) => sql`
    select id, last_used_at as at, 0 as count, null as address
    from credentials c join credential_last_use use on use.credential_id = c.id
    where c.tenant_id = ${tenantId} and c.swept_status = 'active' and expires_at is null and owner_user_id is not null and owner_user_id not in ${goneOwners}
      and coalesce(last_used_at, '-infinity'::timestamptz) < ${before(at, attentionLimits.unusedDays)}
      and created_at < ${before(at, attentionLimits.unusedDays)}
    order by coalesce(last_used_at, '-infinity'::timestamptz), id`,
  /** From the few who are deactivated to what they left behind. */
  owner_gone: (tenantId, at) => sql`
    select c.id, u.deactivated_at as at, 0 as count, null as address
    from users u
    cross join lateral (
      select id from credentials where owner_user_id = u.id and tenant_id = ${tenantId} and revoked_at is null
        and (expires_at is null or expires_at > ${at.toISOString()}::timestamptz) limit ${attentionLimits.perReason + 1}
    ) as c
    where u.tenant_id = ${tenantId} and u.deactivated_at is not null and u.deleted_at is null
    order by u.deactivated_at desc, c.id`,
  /** What was refused lately is few days of the use by day; the newest first. */
  knocking: (tenantId, at) => sql`
    select c.id, max(use.last_at) as at, sum(use.refused)::float8 as count,
      host((array_agg(use.address order by use.last_at desc))[1]) as address
    from credential_use use join credentials c on c.id = use.credential_id
    where use.day > (${before(at, attentionLimits.recentDays)} at time zone 'UTC')::date and use.refused > 0
      and c.tenant_id = ${tenantId} and c.owner_user_id is not null
      and (c.revoked_at is not null or not c.enabled or c.expires_at <= ${at.toISOString()}::timestamptz
        or c.owner_user_id in ${goneOwners})
    group by c.id order by max(use.last_at) desc, c.id`,
  /** From the audit log, by its index of actions. */
  new_address: (tenantId, at) => sql`
    select resource_id as id, max(time) as at, 0 as count, (array_agg(detail->>'to' order by time desc))[1] as address
    from (
      select resource_id, time, detail from audit_events
      where tenant_id = ${tenantId} and action = 'credential.new_ip' and time > ${before(at, attentionLimits.recentDays)}
      order by time desc, sequence desc limit 500
    ) as latest
    join credentials c on c.id = resource_id and c.tenant_id = ${tenantId} and c.revoked_at is null
      and c.owner_user_id is not null and c.owner_user_id not in ${goneOwners}
    group by resource_id order by max(time) desc, resource_id`,
};

const agentConditions: Record<AgentReason, SQL | undefined> = {
  clone_suspected: isNotNull(agents.cloneSuspectedAt),
  rotation_stuck: isNotNull(agents.stuckAt),
  agent_orphaned: or(isNotNull(users.deactivatedAt), isNotNull(users.deletedAt)),
};
const agentTimes: Record<AgentReason, SQL<Date | null>> = {
  clone_suspected: sql<Date | null>`${agents.cloneSuspectedAt}`,
  rotation_stuck: sql<Date | null>`${agents.stuckAt}`,
  agent_orphaned: sql<Date | null>`coalesce(${users.deletedAt}, ${users.deactivatedAt})`,
};

export interface FoundAgent extends AgentFinding {
  id: string;
  name: string;
  at: Date | null;
  owner: { id: string; email: string };
}

/** The same of agents, the latest first. */
export async function findAgentFindings(
  db: Database,
  tenantId: TenantId,
  reason: AgentReason,
): Promise<FoundAgent[]> {
  const at = agentTimes[reason].mapWith(agents.stuckAt);
  const rows = await db
    .select({
      id: agents.id,
      name: credentials.name,
      host: agents.host,
      address: agents.address,
      at,
      owner: { id: users.id, email: users.email },
    })
    .from(agents)
    .innerJoin(credentials, eq(credentials.id, agents.id))
    .innerJoin(users, eq(users.id, agents.ownerUserId))
    .where(and(eq(agents.tenantId, tenantId), isNull(credentials.revokedAt), agentConditions[reason]))
    .orderBy(desc(at), desc(agents.id))
    .limit(attentionLimits.perReason + 1);
  return rows.map((row) => ({ ...row, reason }));
}

export interface FoundServer extends ServerFinding {
  id: string;
  alias: string;
  at: Date | null;
}

/** The same of tool servers that are on, the latest first. */
export async function findServerFindings(
  db: Database,
  tenantId: TenantId,
  reason: ServerReason,
): Promise<FoundServer[]> {
  const counts = {
    new: countTools(sql`${mcpTools.state} = 'new'`),
    changed: countTools(sql`${mcpTools.state} = 'changed'`),
    hidden: countTools(sql`${mcpTools.state} = 'hidden'`),
  };
  const conditions: Record<ServerReason, SQL> = {
    server_down: sql`${mcpServers.health} = 'down'`,
    tools_held: sql`${counts.new} + ${counts.changed} > 0`,
    tools_hidden: sql`${counts.hidden} > 0`,
  };
  const latest = sql<Date | null>`max(${mcpTools.changedAt}) filter (where ${mcpTools.state} <> 'approved')`;
  const at = reason === 'server_down' ? sql<Date | null>`${mcpServers.healthSince}` : latest;
  const found = at.mapWith(mcpServers.healthSince);
  const rows = await db
    .select({ id: mcpServers.id, alias: mcpServers.alias, fault: mcpServers.fault, at: found, tools: counts })
    .from(mcpServers)
    .leftJoin(mcpTools, and(eq(mcpTools.serverId, mcpServers.id), isNull(mcpTools.goneAt)))
    .where(and(eq(mcpServers.tenantId, tenantId), eq(mcpServers.enabled, true)))
    .groupBy(mcpServers.id)
    .having(conditions[reason])
    .orderBy(desc(found), desc(mcpServers.id))
    .limit(attentionLimits.perReason + 1);
  return rows.map((row) => ({ ...row, reason }));
}

const countTools = (which: SQL) => sql<number>`(count(*) filter (where ${which}))::int`;
