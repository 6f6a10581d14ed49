import { callOwnTool } from '#server/doors/mcp/call-own-tool.ts';
import { failedTool, type McpCall, type Method } from '#server/doors/mcp/method.ts';
import { ownTools } from '#server/doors/mcp/own-tools.ts';
import { assertSame, isFields, type Fields } from '#server/doors/mcp/read-message.ts';
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
  const { ctx, request } = call;
  using ending = watch(call);
  const started = performance.now();
  const outcome = await callToolOfServer(ctx, {
    tool,
    arguments: params.arguments,
    ...(request.isModern && { capabilities: capabilitiesOf(call), answers: answersOf(params) }),
    signal: ending.signal,
    onProgress: progressOf(call),
  });
  ctx.runtime.metrics?.toolCalled({
    outcome: outcome.ok ? 'ok' : outcome.fault,
    ms: performance.now() - started,
  });
  if (ending.signal.aborted) return answerEnded(call, ending.signal.reason);
  return answer(call, tool, outcome);
}

/** Ends a call with its caller and with its credential. */
function watch({ ctx, request, reply, since }: McpCall): Disposable & { signal: AbortSignal } {
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
  return {
    signal: ending.signal,
    [Symbol.dispose]() {
      close();
      reply.signal.removeEventListener('abort', leave);
    },
  };
}

function answerEnded({ reply }: McpCall, why: unknown): undefined {
  if (why === 'credential')
    throw new AppError('token_invalid', 'This credential stopped working while the tool ran.');
  // Who cancelled waits for no answer.
  reply.leave();
}

function answer({ request }: McpCall, { server }: OfferedTool, outcome: CallOutcome): Fields {
  if (!outcome.ok && outcome.missing && request.isModern)
    throw new RpcError(
      'missingCapability',
      `${server.alias} has to ask something that this client cannot be asked.`,
      {
        status: 400,
        data: { requiredCapabilities: outcome.missing },
      },
    );
  if (!outcome.ok) return failedTool(outcome.message);
  if (outcome.result['resultType'] === 'input_required' && !request.isModern)
    return failedTool(
      `${server.alias} wants to ask something, which this client cannot be asked. It has to speak MCP of 2026-07-28.`,
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
