import { randomUUIDv7 } from 'node:crypto';
import type { Ctx, PersonCtx } from '#server/core/access/context.ts';
import { upstreamUrlFault } from '#server/core/upstream/destination.ts';
import { checkServer } from '#server/gateway/mcp-servers/check-server.ts';
import { assertHeadersGiven } from '#server/gateway/mcp-servers/rules.ts';
import type { ServerIdInput, ServerTestView, TestServerInput } from '#server/gateway/mcp-servers/schema.ts';
import { toTestView } from '#server/gateway/mcp-servers/view.ts';
import { discoverTools, type Discovery } from '#server/gateway/mcp-tools/discover-tools.ts';
import { writeHeaders } from '#server/gateway/mcp-tools/write-headers.ts';

/** Tries a server that is not saved, and saves nothing. */
export async function testServer(ctx: PersonCtx, input: TestServerInput): Promise<ServerTestView> {
  return toTestView(await checkConnection(ctx, input));
}

/** Tries a saved server, and keeps what it lists and how it stands. Throws `not_found`. */
export async function testSavedServer(ctx: PersonCtx, { id }: ServerIdInput): Promise<ServerTestView> {
  return toTestView(await checkServer(ctx.runtime, { tenantId: ctx.principal.tenantId, id }));
}

/** Asks what is at an address, with headers that are not saved. Throws `validation_failed` where they do not fit. */
export async function checkConnection(ctx: Ctx, { url, auth, headers }: TestServerInput): Promise<Discovery> {
  const { runtime, principal } = ctx;
  assertHeadersGiven(auth, headers);
  if (upstreamUrlFault(new URL(url), runtime.config.upstreamAllow))
    return { ok: false, fault: 'address_refused', isOlder: false, ms: 0 };
  const caller = { tenantId: principal.tenantId, principal };
  const unsaved = { id: randomUUIDv7(), url, auth, headersSealed: null };
  return discoverTools(runtime, {
    url,
    headers: { ...headers, ...(await writeHeaders(runtime, unsaved, caller)) },
  });
}
