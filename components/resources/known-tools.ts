import type { ToolView } from '#server/gateway/mcp-tools/schema.ts';

/** Names every tool of a server, also those that it lists later. */
export const wholeOf = (serverId: string) => `${serverId}/*`;

/** How many of the tools these ids reach. */
export function countReached(ids: readonly string[], tools: readonly ToolView[]): number {
  const named = new Set(ids);
  return tools.filter(({ resource, server }) => named.has(resource) || named.has(wholeOf(server.id))).length;
}

/** Ids that name none of the tools: of another service, held back, or removed. */
export function unknownIds(ids: readonly string[], tools: readonly ToolView[]): string[] {
  const known = new Set(tools.flatMap(({ resource, server }) => [resource, wholeOf(server.id)]));
  return ids.filter((id) => !known.has(id));
}

/** As its server calls it. */
export const rawNameOf = ({ resource }: ToolView) => resource.slice(resource.indexOf('/') + 1);

export interface ServerTools {
  id: string;
  alias: string;
  tools: ToolView[];
}

/** They come in the order of their names, which begin with the alias. */
export function byServer(tools: readonly ToolView[]): ServerTools[] {
  const servers = new Map<string, ServerTools>();
  for (const tool of tools) {
    const { id, alias } = tool.server;
    const server = servers.get(id) ?? { id, alias, tools: [] };
    server.tools.push(tool);
    servers.set(id, server);
  }
  return [...servers.values()];
}

/** `github/search` in place of the server's id, where the server is known. */
export function toolLabel(id: string, tools: readonly ToolView[]): string {
  const slash = id.indexOf('/');
  const server = tools.find((tool) => tool.server.id === id.slice(0, slash))?.server;
  return server ? server.alias + id.slice(slash) : id;
}
