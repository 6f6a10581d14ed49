import { whyMeta } from '#server/doors/mcp/describe-server.ts';
import { privately, type McpCall, type Method } from '#server/doors/mcp/method.ts';
import { ownTools, toListedOwnTool } from '#server/doors/mcp/own-tools.ts';
import type { Fields } from '#server/doors/mcp/read-message.ts';
import { RpcError } from '#server/doors/mcp/rpc-error.ts';
import { listParams } from '#server/doors/mcp/schema.ts';
import { describeNoTools } from '#server/gateway/mcp-servers/describe-no-tools.ts';
import { readToolPage } from '#server/gateway/mcp-tools/list-tools.ts';
import type { OfferedTool } from '#server/gateway/mcp-tools/queries.ts';

const pageSize = 500;

/** `tools/list`: what the credential reaches and nothing else, Keyward's own tools first. */
export const listTools: Method = async (call) => {
  const parsed = listParams.safeParse(call.request.params);
  if (!parsed.success) throw new RpcError('invalidParams', 'The cursor is not one of this list.');
  const { cursor } = parsed.data;
  const own = cursor === undefined ? listOwnTools(call) : [];
  const { tools, nextCursor, total } = await readToolPage(call.ctx, { cursor, limit: pageSize - own.length });
  const none = total === 0 ? await describeNoTools(call.ctx) : undefined;
  return privately(call.request, {
    tools: [...own, ...tools.map(toListedTool)],
    ...(nextCursor !== null && { nextCursor }),
    _meta: whyMeta(none),
  });
};

function listOwnTools({ ctx: { principal } }: McpCall): Fields[] {
  return [...ownTools.values()]
    .filter(({ permission }) => permission === null || principal.permissions.has(permission))
    .map(toListedOwnTool);
}

/** The six parts that are pinned, under the name that it is shown by. */
function toListedTool({ shownName, definition }: OfferedTool): Fields {
  const { name, title = name, ...said } = definition;
  return { ...said, name: shownName, title };
}
