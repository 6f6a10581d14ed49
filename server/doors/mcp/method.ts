import type { Ctx } from '#server/core/access/context.ts';
import type { Exchange } from '#server/doors/http/exchange.ts';
import type { Fields, RpcRequest } from '#server/doors/mcp/read-message.ts';
import type { Reply } from '#server/doors/mcp/reply.ts';
import { metaKeys, serverInfo } from '#server/doors/mcp/schema.ts';

/** A request that was read, and where its answer goes. */
export interface McpCall {
  ctx: Ctx;
  exchange: Exchange;
  request: RpcRequest;
  reply: Reply;
  /** When its credential was about to be looked up, by `performance.now()`. */
  since: number;
}

/** Answers a method. Undefined: the reply has ended already. Throws `RpcError` and what procedures throw. */
export type Method = (call: McpCall) => Promise<Fields | undefined>;

/** A result as the revision has it. */
export function toWire(
  { isModern }: RpcRequest,
  { resultType = 'complete', _meta, ...result }: Fields,
): Fields {
  if (!isModern) return { ...result, ...(_meta !== undefined && { _meta }) };
  return { resultType, ...result, _meta: { ...(_meta as Fields), [metaKeys.serverInfo]: serverInfo } };
}

/** A result that may be kept for a minute by the one who asked. */
export function privately({ isModern }: RpcRequest, result: Fields): Fields {
  return isModern ? { ...result, ttlMs: 60_000, cacheScope: 'private' } : result;
}

/** A tool that failed says so in its result: that is what a model reads. */
export function failedTool(sentence: string): Fields {
  return { content: [{ type: 'text', text: sentence }], isError: true };
}
