import type { Ctx } from '#server/core/access/context.ts';
import { foldText } from '#server/core/access/schema.ts';
import { findResourceRefusal, reaches } from '#server/core/authentication/require-resource.ts';
import { readCursor, writeCursor } from '#server/core/paging/cursor.ts';
import { notFound } from '#server/errors.ts';
import {
  findOfferedTool,
  listOfferedNames,
  readOfferedTools,
  type NamedTool,
  type OfferedTool,
} from '#server/gateway/mcp-tools/queries.ts';
import type { ListToolsInput, ToolPageView, WholeToolView } from '#server/gateway/mcp-tools/schema.ts';
import { resourceOf, toToolView, toWholeToolView } from '#server/gateway/mcp-tools/view.ts';

/**
 * The tools of servers that a caller reaches, by shown name: what `tools/list` and REST show, and the same rule by which
 * `findReachableTool` admits a call. `readOfferedTools` reads what those of a page say.
 */
export async function listReachableTools({ runtime, principal }: Ctx): Promise<NamedTool[]> {
  if (principal.resources?.mcp_tool.length === 0) return [];
  const tools = await listOfferedNames(runtime.db, principal.tenantId);
  return tools.filter(({ server, name }) => reaches(principal, resourceOf(server.id, name)));
}

/** The tool of a name, if the caller reaches it. One out of reach is denied and audited, and answered as one that is not there. */
export async function findReachableTool(ctx: Ctx, shownName: string): Promise<OfferedTool | undefined> {
  const tool = await findOfferedTool(ctx.runtime.db, ctx.principal.tenantId, shownName);
  if (!tool) return undefined;
  return findResourceRefusal(ctx, resourceOf(tool.server.id, tool.definition.name)) ? undefined : tool;
}

/** A page of the tools that the caller reaches. Throws `validation_failed` for a cursor of somewhere else. */
export async function listTools(ctx: Ctx, input: ListToolsInput): Promise<ToolPageView> {
  const { tools, nextCursor, total } = await readToolPage(ctx, input);
  return { items: tools.map(toToolView), nextCursor, total };
}

export interface ToolPage {
  tools: OfferedTool[];
  nextCursor: string | null;
  /** Within reach, before any filter. */
  total: number;
}

/** The same with all that the tools say. */
export async function readToolPage(ctx: Ctx, input: ListToolsInput): Promise<ToolPage> {
  const list = {
    name: 'tools',
    scope: ctx.principal.tenantId,
    sort: 'name',
    order: 'asc',
    key: 'text',
  } as const;
  const after = readCursor(list, input.cursor)?.key;
  const reached = await listReachableTools(ctx);
  const matching = reached.filter(
    (tool) => passes(tool, input) && (after === undefined || tool.shownName > after),
  );
  const page = matching.slice(0, input.limit);
  const last = matching.length > page.length ? page.at(-1) : undefined;
  const names = page.map(({ shownName }) => shownName);
  return {
    tools: await readOfferedTools(ctx.runtime.db, ctx.principal.tenantId, names),
    nextCursor: last ? writeCursor(list, { key: last.shownName, id: last.server.id }) : null,
    total: reached.length,
  };
}

/** A tool with its schemas. Throws `not_found`, also for what is out of reach. */
export async function getTool(ctx: Ctx, { name }: { name: string }): Promise<WholeToolView> {
  const tool = await findReachableTool(ctx, name);
  if (!tool) throw notFound('tool');
  return toWholeToolView(tool);
}

function passes(
  { shownName, title, name, server }: NamedTool,
  { search, server: of }: ListToolsInput,
): boolean {
  const text = foldText(`${shownName} ${title ?? name}`);
  return (!search || text.includes(foldText(search))) && (!of || server.id === of.toLowerCase());
}
