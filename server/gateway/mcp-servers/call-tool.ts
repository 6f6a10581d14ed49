import type { Ctx } from '#server/core/access/context.ts';
import { checkServer } from '#server/gateway/mcp-servers/check-server.ts';
import {
  callUpstream,
  type CallOutcome,
  type UpstreamCall,
} from '#server/gateway/mcp-tools/call-upstream.ts';
import type { CallFault } from '#server/gateway/mcp-tools/describe-fault.ts';
import { recordCall } from '#server/gateway/mcp-tools/record-call.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    /** Servers that are being looked at because a call of them failed. */
    upstreamChecks: Set<string>;
  }
}

/** What says something of a server rather than of one call. */
const telling: readonly CallFault[] = ['address_refused', 'unreachable', 'tls', 'unauthorized', 'not_mcp'];

/** Calls a tool that `findReachableTool` gave, and audits it. Where the server fails, it is looked at soon after, so that others need not wait for it. */
export async function callTool(ctx: Ctx, call: Omit<UpstreamCall, 'caller'>): Promise<CallOutcome> {
  const { tenantId } = ctx.principal;
  const outcome = await callUpstream(ctx.runtime, {
    ...call,
    caller: { tenantId, principal: ctx.principal },
  });
  const { definition, server, shownName } = call.tool;
  const called = { name: definition.name, shownName, serverId: server.id };
  recordCall(ctx, called, outcome.ok ? undefined : outcome.fault);
  if (!outcome.ok && telling.includes(outcome.fault)) checkSoon(ctx, server);
  return outcome;
}

function checkSoon(
  { runtime, principal: { tenantId } }: Ctx,
  server: { id: string; nextCheckAt: Date; health: string },
): void {
  const { upstreamChecks, clock, log } = runtime;
  const isWaiting = server.health === 'down' && server.nextCheckAt > clock.now();
  if (isWaiting || upstreamChecks.has(server.id)) return;
  upstreamChecks.add(server.id);
  checkServer(runtime, { tenantId, id: server.id })
    .catch((error: unknown) =>
      log.warn({ err: error, server: server.id }, 'a tool server could not be checked'),
    )
    .finally(() => upstreamChecks.delete(server.id));
}
