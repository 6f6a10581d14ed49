import type { Ctx } from '#server/core/access/context.ts';
import type { Resources } from '#server/core/access/schema.ts';
import { listServerRows, type ListedServer } from '#server/gateway/mcp-servers/queries.ts';

/** Why a credential reaches no tool of a server. */
export interface NoTools {
  code: 'no_servers' | 'none_granted' | 'held_back' | 'server_down' | 'none_listed';
  sentence: string;
}

/** For callers who reach no tool: they cannot tell a mistake of theirs from a server that is down. */
export async function describeNoTools({ runtime, principal }: Ctx): Promise<NoTools> {
  const rows = await listServerRows(runtime.db, principal.tenantId);
  return reasonOf(
    rows.filter(({ server }) => server.enabled),
    principal.resources,
  );
}

export type Standing = Pick<ListedServer, 'counts'> & {
  server: Pick<ListedServer['server'], 'id' | 'alias' | 'health'>;
};

export function reasonOf(servers: Standing[], resources: Resources | null): NoTools {
  if (servers.length === 0)
    return { code: 'no_servers', sentence: 'There are no tool servers yet. A manager can add them.' };
  const named = servers.filter(({ server }) => names(resources, server.id));
  const held = named.reduce((sum, { counts }) => sum + counts.new + counts.changed, 0);
  if (held > 0)
    return {
      code: 'held_back',
      sentence: `Held back until a manager approves them: ${held}.`,
    };
  const down = named.filter(({ server }) => server.health === 'down').map(({ server }) => server.alias);
  if (down.length > 0)
    return { code: 'server_down', sentence: `Down at this moment: ${down.join(', ')}. Try again later.` };
  if (named.length === 0 || named.some(({ counts }) => counts.approved > 0))
    return {
      code: 'none_granted',
      sentence: 'This credential reaches none of the tools. Ask its maker to widen it.',
    };
  return { code: 'none_listed', sentence: 'The tool servers list no tools.' };
}

function names(resources: Resources | null, serverId: string): boolean {
  const ids = resources === null ? '*' : resources.mcp_tool;
  return ids === '*' || ids.some((id) => id.startsWith(`${serverId}/`));
}
