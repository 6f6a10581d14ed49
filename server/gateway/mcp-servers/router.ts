import { z } from 'zod';
import { noInput } from '#server/core/access/schema.ts';
import { permitted, rest, router } from '#server/core/procedures/builders.ts';
import { approveTools, trustServer } from '#server/gateway/mcp-servers/approve-tools.ts';
import { testSavedServer, testServer } from '#server/gateway/mcp-servers/check-connection.ts';
import {
  createServer,
  deleteServer,
  getServer,
  listServers,
  updateServer,
} from '#server/gateway/mcp-servers/commands.ts';
import {
  approveToolsInput,
  createServerInput,
  serverDetailView,
  serverIdInput,
  serversView,
  serverTestView,
  testServerInput,
  trustServerInput,
  updateServerInput,
} from '#server/gateway/mcp-servers/schema.ts';

const manage = permitted('mcp:manage');

export const mcpServersRouter = router({
  list: manage
    .meta(rest('GET', '/mcp/servers', 'List the tool servers'))
    .input(noInput)
    .output(serversView)
    .query(({ ctx }) => listServers(ctx)),
  get: manage
    .meta(rest('GET', '/mcp/servers/{id}', 'Show a tool server and its tools', { errors: ['not_found'] }))
    .input(serverIdInput)
    .output(serverDetailView)
    .query(({ ctx, input }) => getServer(ctx, input)),
  create: manage
    .meta(
      rest('POST', '/mcp/servers', 'Add a tool server', {
        status: 201,
        errors: ['name_taken', 'too_many_servers'],
      }),
    )
    .input(createServerInput)
    .output(serverDetailView)
    .mutation(({ ctx, input }) => createServer(ctx, input)),
  update: manage
    .meta(rest('PATCH', '/mcp/servers/{id}', 'Change a tool server', { errors: ['not_found', 'name_taken'] }))
    .input(updateServerInput)
    .output(serverDetailView)
    .mutation(({ ctx, input }) => updateServer(ctx, input)),
  remove: manage
    .meta(
      rest('DELETE', '/mcp/servers/{id}', 'Remove a tool server and its tools', {
        status: 204,
        errors: ['not_found'],
      }),
    )
    .input(serverIdInput)
    .output(z.null())
    .mutation(({ ctx, input }) => deleteServer(ctx, input)),
  try: manage
    .meta(rest('POST', '/mcp/servers/test', 'Try a tool server before adding it'))
    .input(testServerInput)
    .output(serverTestView)
    .mutation(({ ctx, input }) => testServer(ctx, input)),
  test: manage
    .meta(
      rest('POST', '/mcp/servers/{id}/test', 'Try a tool server and list its tools anew', {
        errors: ['not_found'],
      }),
    )
    .input(serverIdInput)
    .output(serverTestView)
    .mutation(({ ctx, input }) => testSavedServer(ctx, input)),
  approve: manage
    .meta(
      rest('POST', '/mcp/servers/{id}/approve', 'Approve tools that are held back', {
        errors: ['not_found', 'tool_changed'],
      }),
    )
    .input(approveToolsInput)
    .output(serverDetailView)
    .mutation(({ ctx, input }) => approveTools(ctx, input)),
  trust: manage
    .meta(
      rest('POST', '/mcp/servers/{id}/trust', 'Let tools of a server pass without approval', {
        errors: ['not_found'],
      }),
    )
    .input(trustServerInput)
    .output(serverDetailView)
    .mutation(({ ctx, input }) => trustServer(ctx, input)),
});
