import { permitted, rest, router } from '#server/core/procedures/builders.ts';
import { getTool, listTools } from '#server/gateway/mcp-tools/list-tools.ts';
import {
  listToolsInput,
  toolNameInput,
  toolPageView,
  wholeToolView,
} from '#server/gateway/mcp-tools/schema.ts';

export const mcpToolsRouter = router({
  list: permitted('mcp:call')
    .meta(rest('GET', '/mcp/tools', 'List the tools that you reach'))
    .input(listToolsInput)
    .output(toolPageView)
    .query(({ ctx, input }) => listTools(ctx, input)),
  get: permitted('mcp:call')
    .meta(rest('GET', '/mcp/tools/{name}', 'Show a tool and what it takes', { errors: ['not_found'] }))
    .input(toolNameInput)
    .output(wholeToolView)
    .query(({ ctx, input }) => getTool(ctx, input)),
});
