import { setTimeout as sleep } from 'node:timers/promises';
import { createTurns, TurnRefusedError, type Turns } from '#db/turns.ts';
import type { Runtime } from '#server/core/access/context.ts';
import type { UpstreamCaller } from '#server/core/signing-keys/sign-upstream-jwt.ts';
import { describeFault, type CallFault } from '#server/gateway/mcp-tools/describe-fault.ts';
import { touchUpstream, type OfferedTool, type Upstream } from '#server/gateway/mcp-tools/queries.ts';
import { sendCall, type Progress, type Sent } from '#server/gateway/mcp-tools/send-call.ts';
import { isObject } from '#server/gateway/mcp-tools/write-headers.ts';
import { knownCapabilities, writeRequest, type CallInput } from '#server/gateway/mcp-tools/write-request.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    /** Places for calls at each server of others, shared by those who call. */
    upstreamPlaces: Map<string, Turns>;
  }
}

export interface UpstreamCall extends CallInput {
  tool: OfferedTool;
  caller: UpstreamCaller;
  /** Aborts once the answer is not waited for any more. */
  signal: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** What a server answered, as it is passed on; or that it did not, in words of ours. */
export type CallOutcome =
  | { ok: true; result: Record<string, unknown> }
  | {
      ok: false;
      fault: CallFault;
      message: string;
      /** What the caller’s client has to declare first. */
      missing?: Record<string, object>;
    };

/**
 * Calls a tool of a server of others. Nothing of the caller's request goes there but the arguments. Never throws for what the
 * server does.
 */
export async function callUpstream(runtime: Runtime, call: UpstreamCall): Promise<CallOutcome> {
  const { server } = call.tool;
  if (server.nextCheckAt > runtime.clock.now() && server.health === 'down')
    return refuse(runtime, server, { fault: server.fault ?? 'unreachable' });
  const place = await takePlace(runtime, call);
  if (typeof place === 'string') return refuse(runtime, server, { fault: place });
  try {
    noteUse(runtime, server);
    return toOutcome(runtime, server, await send(runtime, call));
  } finally {
    place();
    forgetIdle(runtime.upstreamPlaces, server);
  }
}

/** A place at the server, at once or after some waiting; how many wait is bounded, and each caller waits behind its own calls. */
async function takePlace(
  { upstreamPlaces, config }: Runtime,
  { tool: { server }, caller, signal }: UpstreamCall,
) {
  const places = placesOf(upstreamPlaces, server);
  if (places.held() >= server.maxConcurrent && places.waiting() >= config.mcp.queue) return 'upstream_busy';
  try {
    return await places.take(caller.principal?.origin.id ?? '', { signal: () => signal });
  } catch (error) {
    if (signal.aborted) return 'cancelled';
    if (error instanceof TurnRefusedError) return 'upstream_busy';
    throw error;
  }
}

const keyOf = ({ id, maxConcurrent, timeoutSeconds }: Upstream) => `${id} ${maxConcurrent} ${timeoutSeconds}`;

/** Made anew once the server may be called more or less often at once: what runs still holds a place of before. */
function placesOf(known: Map<string, Turns>, server: Upstream): Turns {
  const { maxConcurrent, timeoutSeconds } = server;
  const key = keyOf(server);
  const places =
    known.get(key) ??
    createTurns({ size: maxConcurrent, perParty: maxConcurrent, waitMs: timeoutSeconds * 1_000 });
  known.set(key, places);
  return places;
}

/** A server that is removed or changed leaves nothing behind. */
function forgetIdle(known: Map<string, Turns>, server: Upstream): void {
  const places = known.get(keyOf(server));
  if (places?.held() === 0 && places.waiting() === 0) known.delete(keyOf(server));
}

const restartMs = 300;

/** A second time where nothing listened, as while a server restarts: the first did not reach it. */
async function send(runtime: Runtime, call: UpstreamCall): Promise<Sent> {
  const { server } = call.tool;
  const { headers, request } = await writeRequest(runtime, call);
  const outgoing = {
    url: server.url,
    headers,
    request,
    silentMs: server.timeoutSeconds * 1_000,
    totalMs: server.totalSeconds * 1_000,
    maxBytes: runtime.config.mcp.resultBytes,
    signal: call.signal,
    onProgress: call.onProgress ?? (() => {}),
  };
  const sent = await sendCall(runtime.upstreamAgent, outgoing);
  if (sent.ok || !sent.isUnsent) return sent;
  await sleep(restartMs, undefined, { signal: call.signal }).catch(() => {});
  return sendCall(runtime.upstreamAgent, outgoing);
}

function toOutcome(runtime: Runtime, server: Upstream, sent: Sent): CallOutcome {
  if (!sent.ok) return refuse(runtime, server, sent);
  const { result, error } = sent.message as {
    result?: Record<string, unknown>;
    error?: { code?: unknown; message?: unknown; data?: { requiredCapabilities?: unknown } };
  };
  if (error) {
    const refusal = refuse(runtime, server, { fault: 'refused', said: error.message });
    const missing = error.code === missingCapability && error.data?.requiredCapabilities;
    return isObject(missing) ? { ...refusal, missing: knownCapabilities(missing) } : refusal;
  }
  if (typeof result !== 'object' || result === null) return refuse(runtime, server, { fault: 'not_mcp' });
  return { ok: true, result: withoutServerInfo(result) };
}

/** MCP 2026-07-28: what it takes to answer is more than the client declared. */
const missingCapability = -32_021;

/** What an upstream says of itself is not what Keyward says of itself. */
function withoutServerInfo({ _meta, ...result }: Record<string, unknown>): Record<string, unknown> {
  if (typeof _meta !== 'object' || _meta === null) return result;
  const { 'io.modelcontextprotocol/serverInfo': _, ...meta } = _meta as Record<string, unknown>;
  return { ...result, _meta: meta };
}

function refuse(
  { config }: Runtime,
  server: Upstream,
  why: { fault: CallFault; said?: unknown },
): Extract<CallOutcome, { ok: false }> {
  const { resultBytes } = config.mcp;
  return {
    ok: false,
    fault: why.fault,
    message: describeFault({ ...server, resultBytes }, why.fault, why.said),
  };
}

const minute = 60_000;

/** Once a minute, and not waited for: what is used is looked after. */
function noteUse({ db, clock, log }: Runtime, server: Upstream): void {
  const at = clock.now();
  if (at.getTime() - server.lastUsedAt.getTime() < minute) return;
  touchUpstream(db, server.id, at).catch((error: unknown) =>
    log.warn({ err: error }, 'the use of a tool server could not be written'),
  );
}
