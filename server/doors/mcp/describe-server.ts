import { privately, type McpCall, type Method } from '#server/doors/mcp/method.ts';
import type { Fields } from '#server/doors/mcp/read-message.ts';
import { metaKeys, olderRevisions, serverInfo } from '#server/doors/mcp/schema.ts';
import { describeNoTools, type NoTools } from '#server/gateway/mcp-servers/describe-no-tools.ts';
import { listReachableTools } from '#server/gateway/mcp-tools/list-tools.ts';
import { protocolVersion } from '#server/gateway/mcp-tools/schema.ts';

/** `initialize`, with which clients of before 2026-07-28 begin. Nothing is kept of it. */
export const initialize: Method = async (call) => {
  const asked = olderRevisions.find((revision) => revision === call.request.params['protocolVersion']);
  const { instructions, _meta } = await introduce(call);
  return {
    protocolVersion: asked ?? olderRevisions[0],
    capabilities: { tools: {} },
    serverInfo,
    instructions,
    _meta,
  };
};

/** `server/discover`, with which the others may begin. */
export const discover: Method = async (call) =>
  privately(call.request, {
    supportedVersions: [protocolVersion],
    capabilities: { tools: { listChanged: true } },
    ...(await introduce(call)),
  });

/** For a client that reaches no tool of a server: why. */
export function whyMeta(none: NoTools | undefined): Fields {
  return none ? { [metaKeys.why]: { code: none.code, detail: none.sentence } } : {};
}

async function introduce({ ctx }: McpCall): Promise<Fields> {
  const reached = await listReachableTools(ctx);
  const none = reached.length === 0 ? await describeNoTools(ctx) : undefined;
  const sentences = [
    'Keyward passes calls on to the tool servers of a team. A tool is called <server>__<tool>; those without a prefix are of Keyward itself.',
    ...(none ? [`There are no tools of servers here: ${none.sentence}`] : []),
  ];
  return { instructions: sentences.join(' '), _meta: whyMeta(none) };
}
