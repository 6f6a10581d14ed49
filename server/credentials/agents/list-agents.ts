import { and, eq, inArray, or, sql, type SQL } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { beginsWith, hasPart } from '#db/fold.ts';
import { byText, byTime, inOrder, isBehind, keyText, type Keyset, type SortKey } from '#db/keyset.ts';
import { reaches } from '#db/reach.ts';
import { agents } from '#db/schema/agents.ts';
import { credentials, secrets } from '#db/schema/credentials.ts';
import type { Ctx } from '#server/core/access/context.ts';
import { wholeOf } from '#server/core/access/resources.ts';
import { readCursor, toPage } from '#server/core/paging/cursor.ts';
import { agentsSeen } from '#server/credentials/agents/commands.ts';
import {
  agentStatus,
  countAgentsByStatus,
  findLatestRotations,
  isAgentOf,
  selectAgentIds,
  selectAgents,
  type AgentScope,
} from '#server/credentials/agents/queries.ts';
import {
  agentStatuses,
  type AgentPageView,
  type AgentStatus,
  type ListAgentsInput,
} from '#server/credentials/agents/schema.ts';
import { toAgentView } from '#server/credentials/agents/view.ts';

const sortKeys: Record<ListAgentsInput['sort'], SortKey> = {
  createdAt: byTime(sql`${credentials.createdAt}`),
  lastSeenAt: byTime(sql`coalesce(${agents.lastSeenAt}, '-infinity')`),
  name: byText(credentials.name),
  rotateAfter: byTime(sql`coalesce(${agents.rotateAfter}, 'infinity')`),
};

/** A page of the agents that the request sees, the counts of all of them, and of those that match. Throws `permission_denied`, and `validation_failed` for a cursor of somewhere else. */
export async function listAgents(ctx: Ctx, input: ListAgentsInput): Promise<AgentPageView> {
  const scope = agentsSeen(ctx);
  const { db } = ctx.runtime;
  const at = ctx.now();
  const { status, cursor: _, ...narrowed } = input;
  const filters = passes(narrowed);
  const [page, counts, found] = await Promise.all([
    findPage(db, scope, input, at),
    countAgentsByStatus(db, isAgentOf(scope), { at }),
    filters &&
      countAgentsByStatus(db, and(isAgentOf(scope), filters), { at, withSecret: input.search !== undefined }),
  ]);
  return {
    items: await viewAgents(db, page.rows),
    nextCursor: page.nextCursor,
    counts: Object.fromEntries(agentStatuses.map((one) => [one, counts[one] ?? 0])) as Record<
      AgentStatus,
      number
    >,
    matching: matchingOf(found ?? counts, status),
  };
}

function matchingOf(counts: Partial<Record<AgentStatus, number>>, status: AgentStatus | undefined): number {
  if (status) return counts[status] ?? 0;
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

async function viewAgents(db: Database, rows: Awaited<ReturnType<typeof findPage>>['rows']) {
  const latest = await findLatestRotations(
    db,
    rows.map(({ id }) => id),
  );
  const byAgent = new Map(latest.map((rotation) => [rotation.agentId, rotation]));
  return rows.map((row) => toAgentView(row, byAgent.get(row.id)));
}

async function findPage(db: Database, scope: AgentScope, input: ListAgentsInput, at: Date) {
  const { cursor, limit, order, sort, status } = input;
  const keyset: Keyset = { key: sortKeys[sort], id: credentials.id, order };
  const list = {
    name: 'agents',
    scope: scope.ownerId ?? scope.tenantId,
    sort,
    order,
    key: keyset.key.type,
  };
  const place = readCursor(list, cursor);
  const isOfStatus = status && sql`${agentStatus(db, at)} = ${status}`;
  // In two steps: joined to all that is shown, every agent would be read for the sake of a page.
  const found = await selectAgentIds(db, { withSecret: input.search !== undefined })
    .where(and(isAgentOf(scope), isOfStatus, passes(input), place && isBehind(keyset, place)))
    .orderBy(inOrder(keyset))
    .limit(limit + 1);
  const rows = await selectAgents(db, at, keyText(keyset))
    .where(
      inArray(
        credentials.id,
        found.map(({ id }) => id),
      ),
    )
    .orderBy(inOrder(keyset));
  return toPage(list, rows, limit);
}

/** Of names, which are folded as they are. */
function passes({ enabled, owner, resource, search }: Partial<ListAgentsInput>): SQL | undefined {
  return and(
    enabled === undefined ? undefined : eq(credentials.enabled, enabled),
    owner ? eq(agents.ownerUserId, owner) : undefined,
    resource && reaches(credentials.resources, { ...resource, wholeId: wholeOf(resource.id) }),
    search ? or(hasPart(credentials.name, search), beginsWith(secrets.prefix, search)) : undefined,
  );
}
