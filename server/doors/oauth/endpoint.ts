import { createCtx, noReply, type AnyoneCtx } from '#server/core/access/context.ts';
import type { Exchange } from '#server/doors/http/exchange.ts';
import type { DoorOperation } from '#server/doors/http/operation.ts';

/** One address of OAuth: how it is described, and how it answers. Null: with nothing. */
export interface OauthEndpoint {
  operation: DoorOperation;
  /** Finds out who asks, and then reads the form. */
  answer: (exchange: Exchange) => Promise<object | null>;
}

/** Of one who shows nothing, and is counted by address. */
export function anonymousCtx({ runtime, facts }: Exchange): AnyoneCtx {
  return createCtx(runtime, { request: facts, principal: null, reply: noReply });
}
