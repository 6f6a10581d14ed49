import { createCtx, noReply } from '#server/core/access/context.ts';
import type { Principal } from '#server/core/access/principal.ts';
import { requirePermission, signInFirst } from '#server/core/authentication/require-permission.ts';
import { identify } from '#server/doors/http/admit.ts';
import { sendJson } from '#server/doors/http/answer.ts';
import { bodyLimits, readJson } from '#server/doors/http/body.ts';
import { noteRefusal, type Exchange } from '#server/doors/http/exchange.ts';
import { callTool } from '#server/doors/mcp/call-tool.ts';
import { discover, initialize } from '#server/doors/mcp/describe-server.ts';
import { listTools } from '#server/doors/mcp/list-tools.ts';
import { listen } from '#server/doors/mcp/listen.ts';
import { toWire, type McpCall, type Method } from '#server/doors/mcp/method.ts';
import { idOf, readMessage, type RpcNotice, type RpcRequest } from '#server/doors/mcp/read-message.ts';
import { openReply } from '#server/doors/mcp/reply.ts';
import { errorMessage, RpcError } from '#server/doors/mcp/rpc-error.ts';
import { bodyBounds, cancelParams, envelopeDepth } from '#server/doors/mcp/schema.ts';
import { takePlace } from '#server/doors/mcp/take-place.ts';
import { challenge } from '#server/doors/oauth/resource-metadata.ts';
import { AppError } from '#server/errors.ts';
import { mcpPath } from '#server/gateway/mcp-tools/schema.ts';

const both: Record<string, Method> = { 'tools/list': listTools, 'tools/call': callTool };
const modern: Record<string, Method> = {
  ...both,
  'server/discover': discover,
  'subscriptions/listen': listen,
};
const older: Record<string, Method> = { ...both, initialize, ping: () => Promise.resolve({}) };

/**
 * The door of MCP: one address, one message a request, nothing kept between two. What is refused before the message is read is
 * refused as at every other door, and what is wrong with the message in the words of JSON-RPC.
 */
export async function answerMcp(exchange: Exchange): Promise<void> {
  const { req, res, facts } = exchange;
  facts.endpoint = `POST ${mcpPath}`;
  if (req.method === 'OPTIONS') return void res.writeHead(204, { Allow: 'POST' }).end();
  if (req.method !== 'POST') {
    res.setHeader('Allow', 'POST');
    throw new AppError('method_not_allowed', 'MCP is spoken here by POST.');
  }
  try {
    await take(exchange);
  } catch (error) {
    const header = error instanceof AppError ? challenge(exchange, error) : undefined;
    if (header !== undefined && !res.headersSent) res.setHeader('WWW-Authenticate', header);
    throw error;
  }
}

async function take(exchange: Exchange): Promise<void> {
  const { runtime, req, facts } = exchange;
  const since = performance.now();
  await runtime.hub.listen();
  let body: unknown;
  const read = async (known: Principal | null) => {
    await admit(exchange, known);
    body = await readBody(exchange);
  };
  const { authorization } = req.headers;
  // What lasts has limits of its own, see `admit`.
  const presented = { authorization, cookie: undefined, isAsked: false };
  try {
    const principal = await identify(exchange, presented, read);
    if (!principal) throw signInFirst(facts);
    const ctx = createCtx(runtime, { request: facts, principal, reply: noReply });
    requirePermission(ctx, 'mcp:call');
    const message = readMessage(body, req.headers);
    if (message.kind === 'notice') return takeNotice(exchange, principal, message);
    await answer({ ctx, exchange, request: message, reply: openReply(exchange), since });
  } catch (error) {
    refuseMessage(exchange, error, body);
  }
}

/** Before anything is read of the message. */
async function admit(exchange: Exchange, principal: Principal | null): Promise<void> {
  const { runtime, facts } = exchange;
  if (!principal) throw signInFirst(facts);
  requirePermission(createCtx(runtime, { request: facts, principal, reply: noReply }), 'mcp:call');
  await takePlace(exchange, runtime.openCalls.calls, {
    party: principal.origin.id,
    refusal: `Too many requests at once: ${runtime.config.mcp.calls} of this credential run at a time.`,
  });
}

async function readBody(exchange: Exchange): Promise<unknown> {
  const bounds = { ...bodyBounds, depth: exchange.runtime.config.mcp.depth + envelopeDepth };
  return (await readJson(exchange, bodyLimits.mcp, bounds))?.value;
}

async function answer(call: McpCall): Promise<void> {
  const { exchange, request, reply } = call;
  try {
    const method = methodOf(request);
    const result = await method(call);
    if (result) reply.finish({ jsonrpc: '2.0', id: request.id, result: toWire(request, result) });
  } catch (error) {
    const refusal = toRpcError(error);
    if (!reply.isStream() && refusal === undefined) throw error;
    const said = refusal ?? new RpcError('refused', noteRefusal(exchange, error).message);
    reply.finish(errorMessage(said, request.id), said.status);
  }
}

function methodOf({ method, isModern }: RpcRequest): Method {
  const methods = isModern ? modern : older;
  const known = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (known) return known;
  throw new RpcError('unknownMethod', `There is no method ${method} here.`, { status: 404 });
}

function takeNotice({ runtime, res }: Exchange, principal: Principal, { method, params }: RpcNotice): void {
  const { success, data } = cancelParams.safeParse(params);
  if (method === 'notifications/cancelled' && success) runtime.openCalls.cancel(principal, data.requestId);
  res.writeHead(202, { 'Content-Length': 0 }).end();
}

/** What is wrong with a message; undefined for what is refused as at every other door. */
function toRpcError(error: unknown): RpcError | undefined {
  if (error instanceof RpcError) return error;
  if (!(error instanceof AppError)) return undefined;
  if (error.code === 'invalid_json') return new RpcError('parseError', error.message, { status: 400 });
  return error.code === 'validation_failed' ? new RpcError('invalidParams', error.message) : undefined;
}

function refuseMessage({ res }: Exchange, error: unknown, body: unknown): void {
  const refusal = toRpcError(error);
  if (!refusal) throw error;
  sendJson(res, refusal.status === 200 ? 400 : refusal.status, errorMessage(refusal, idOf(body)));
}
