import { callOwnTool } from '#server/doors/mcp/call-own-tool.ts';
import { failedTool, type McpCall, type Method } from '#server/doors/mcp/method.ts';
import { ownTools } from '#server/doors/mcp/own-tools.ts';
import { assertSame, isFields } from '#server/doors/mcp/read-message.ts';
import { RpcError } from '#server/doors/mcp/rpc-error.ts';
import { callParams, metaKeys, type CallParams } from '#server/doors/mcp/schema.ts';
import { AppError } from '#server/errors.ts';
import { callTool as callToolOfServer } from '#server/gateway/mcp-servers/call-tool.ts';
import type { CallOutcome } from '#server/gateway/mcp-tools/call-upstream.ts';
import { findReachableTool } from '#server/gateway/mcp-tools/list-tools.ts';
import type { OfferedTool } from '#server/gateway/mcp-tools/queries.ts';
import type { Progress } from '#server/gateway/mcp-tools/send-call.ts';
import { paramHeaders } from '#server/gateway/mcp-tools/write-headers.ts';

/** `tools/call`. A tool out of reach is answered as one that is not there. */
export const callTool: Method = async (call) => {
  const parsed = callParams.safeParse(call.request.params);
  if (!parsed.success)
    throw new RpcError('invalidParams', 'A call names a tool, and its arguments are an object.');
  const params = parsed.data;
  const own = ownTools.get(params.name);
  if (own) return callOwnTool(call, own, params);
  const tool = await findReachableTool(call.ctx, params.name);
  if (!tool) throw new RpcError('invalidParams', `There is no tool ${params.name}.`);
  if (call.request.isModern) assertParamHeaders(call, tool, params);
  return passOn(call, tool, params);
};

async function passOn(call: McpCall, tool: OfferedTool, params: CallParams) {
  const { ctx, request, reply, since } = call;
  const ending = new AbortController();
  const leave = () => ending.abort('cancelled');
  reply.signal.addEventListener('abort', leave);
  if (reply.signal.aborted) leave();
  const close = ctx.runtime.openCalls.open({
    principal: ctx.principal,
    id: request.id,
    since,
    kind: 'call',
    end: (why) => ending.abort(why),
  });
  try {
    const outcome = await callToolOfServer(ctx, {
      tool,
      arguments: params.arguments,
      ...(request.isModern && { capabilities: capabilitiesOf(call), answers: answersOf(params) }),
      signal: ending.signal,
      onProgress: progressOf(call),
    });
    return answer(call, tool, { outcome, endedBy: ending.signal.aborted ? ending.signal.reason : undefined });
  } finally {
    close();
    reply.signal.removeEventListener('abort', leave);
  }
}

interface Ended {
  outcome: CallOutcome;
  endedBy: unknown;
}

function answer({ request, reply }: McpCall, tool: OfferedTool, { outcome, endedBy }: Ended) {
  if (endedBy === 'credential')
    throw new AppError('token_invalid', 'This credential stopped working while the tool ran.');
  // A client that cancelled waits for no answer.
  if (endedBy === 'cancelled' && request.isModern) {
    reply.leave();
    return undefined;
  }
  if (!outcome.ok) return failedTool(outcome.message);
  if (outcome.result['resultType'] === 'input_required' && !request.isModern)
    return failedTool(
      `${tool.server.alias} wants to ask something, which this client cannot be asked. It has to speak MCP of 2026-07-28.`,
    );
  return outcome.result;
}

/** Where the client asked for it: then the answer is a stream. */
function progressOf({ request, reply }: McpCall): (progress: Progress) => void {
  const { progressToken } = request.meta;
  if (typeof progressToken !== 'string' && typeof progressToken !== 'number') return () => {};
  return (progress) => reply.notify('notifications/progress', { progressToken, ...progress });
}

function capabilitiesOf({ request: { meta } }: McpCall) {
  const capabilities = meta[metaKeys.capabilities];
  return isFields(capabilities) ? capabilities : undefined;
}

function answersOf({ inputResponses, requestState }: CallParams) {
  if (inputResponses === undefined && requestState === undefined) return undefined;
  return { inputResponses: inputResponses ?? {}, requestState };
}

/** What a tool wants repeated as headers. */
function assertParamHeaders({ exchange }: McpCall, { definition }: OfferedTool, params: CallParams): void {
  for (const [name, value] of Object.entries(paramHeaders(definition.inputSchema, params.arguments)))
    if (exchange.req.headers[name] !== value) assertSame(exchange.req.headers, name, value);
}
