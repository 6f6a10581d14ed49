import type { ToolDefinition } from '#db/schema/tool-servers.ts';
import { compareTools } from '#server/gateway/mcp-tools/compare-tools.ts';
import type { OfferedTool, ToolRow } from '#server/gateway/mcp-tools/queries.ts';
import { makeVisible } from '#server/gateway/mcp-tools/rules.ts';
import type { HeldToolView, ToolView, WholeToolView } from '#server/gateway/mcp-tools/schema.ts';

/** What a credential names to reach a tool. */
export function resourceOf(serverId: string, rawName: string) {
  return { type: 'mcp_tool', id: `${serverId}/${rawName}` } as const;
}

export function toToolView({ shownName, definition, server }: OfferedTool): ToolView {
  return {
    name: shownName,
    title: definition.title ?? definition.name,
    description: definition.description ?? null,
    annotations: definition.annotations ?? null,
    resource: resourceOf(server.id, definition.name).id,
    server: { id: server.id, alias: server.alias },
  };
}

export function toWholeToolView(tool: OfferedTool): WholeToolView {
  const { inputSchema, outputSchema } = tool.definition;
  return { ...toToolView(tool), inputSchema, outputSchema: outputSchema ?? null };
}

/** For those who judge a tool: as it is, but for characters that would not be seen. */
export function readable({ title, description }: ToolDefinition) {
  const visible = (text: string | undefined) => (text === undefined ? null : makeVisible(text));
  return { title: visible(title), description: visible(description) };
}

export function toHeldToolView(row: ToolRow): HeldToolView {
  const { definition, approvedDefinition, state } = row;
  const isHeld = state === 'new' || state === 'changed';
  return {
    name: row.name,
    shownName: row.shownName,
    ...readable(definition),
    state,
    pin: row.pin.toString('hex'),
    difference: isHeld ? compareTools(approvedDefinition, definition) : [],
    foundAt: row.foundAt.toISOString(),
    changedAt: row.changedAt.toISOString(),
    approvedAt: row.approvedAt?.toISOString() ?? null,
    goneAt: row.goneAt?.toISOString() ?? null,
  };
}
