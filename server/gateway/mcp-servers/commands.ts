import { randomUUIDv7 } from 'node:crypto';
import type { Transaction } from '#db/client.ts';
import { violatedUnique } from '#db/errors.ts';
import type { Ctx, PersonCtx } from '#server/core/access/context.ts';
import { changedFields } from '#server/core/audit/changes.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { upstreamUrlFault } from '#server/core/upstream/destination.ts';
import { lockMaker } from '#server/credentials/api-keys/lock.ts';
import { AppError, notFound } from '#server/errors.ts';
import { checkConnection } from '#server/gateway/mcp-servers/check-connection.ts';
import { checkServer, serverResource } from '#server/gateway/mcp-servers/check-server.ts';
import {
  countGrants,
  countServers,
  deleteServerRow,
  findServer,
  findServerForUpdate,
  insertServer,
  listServerRows,
  updateServerRow,
  type ServerRow,
} from '#server/gateway/mcp-servers/queries.ts';
import {
  assertHeadersStay,
  assertRoomForServer,
  assertUrl,
  fromNanoUsd,
  observe,
  toNanoUsd,
  type Finding,
} from '#server/gateway/mcp-servers/rules.ts';
import type {
  CreateServerInput,
  ServerDetailView,
  ServerIdInput,
  ServersView,
  UpdateServerInput,
} from '#server/gateway/mcp-servers/schema.ts';
import { toServerView } from '#server/gateway/mcp-servers/view.ts';
import { listToolsOf } from '#server/gateway/mcp-tools/queries.ts';
import { renameTools, syncTools } from '#server/gateway/mcp-tools/sync-tools.ts';
import { toHeldToolView } from '#server/gateway/mcp-tools/view.ts';
import { headersRow } from '#server/gateway/mcp-tools/write-headers.ts';

/** The tenant's servers, by alias. */
export async function listServers({ runtime, principal }: PersonCtx): Promise<ServersView> {
  const rows = await listServerRows(runtime.db, principal.tenantId);
  return { items: rows.map(toServerView) };
}

/** A server with its tools, and of those held back what they changed. Throws `not_found`. */
export async function getServer(
  { runtime: { db }, principal: { tenantId }, now }: Ctx,
  { id }: ServerIdInput,
): Promise<ServerDetailView> {
  const row = await findServer(db, tenantId, id);
  if (!row) throw notFound('server');
  const tools = await listToolsOf(db, tenantId, id);
  const grants = await countGrants(db, { tenantId, id, at: now() });
  return { server: toServerView(row), tools: tools.map(toHeldToolView), grants };
}

/**
 * Adds a server. What it lists at this moment counts as approved, since its maker sees it in the answer; one that does not
 * answer is kept, and what it lists later is held back. Throws `name_taken`, `too_many_servers`, and `validation_failed` for an
 * address that Keyward does not connect to.
 */
export async function createServer(ctx: PersonCtx, input: CreateServerInput): Promise<ServerDetailView> {
  const { tenantId, user } = ctx.principal;
  const discovery = await checkConnection(ctx, input);
  if (!discovery.ok && discovery.fault === 'address_refused') assertUrl('address');
  const id = randomUUIDv7();
  await ctx.change(async (tx) => {
    await lockMaker(tx, ctx, 'mcp:manage');
    assertRoomForServer(await countServers(tx, tenantId));
    const at = ctx.now();
    const row = newRow(ctx, { id, input, at });
    await refusingTakenAlias(() => insertServer(tx, row));
    const changes = discovery.ok
      ? await syncTools(tx, { tenantId, server: row, tools: discovery.tools, approval: { by: user.id }, at })
      : undefined;
    const leftOut = (changes?.leftOut ?? 0) + (discovery.ok ? discovery.unusable : 0);
    await updateServerRow(
      tx,
      { tenantId, id },
      standing(discovery.ok ? { fault: null, leftOut } : discovery, at),
    );
    const detail = {
      url: row.url,
      auth: row.auth,
      headers: row.headerNames,
      tools: changes?.added ?? [],
    };
    await recordAudit(tx, ctx, { action: 'mcp_server.create', resource: serverResource(row), detail });
  });
  return getServer(ctx, { id });
}

/** Changes a server; where it leads to another place, it is asked for its tools anew. Throws `not_found`, `name_taken`. */
export async function updateServer(
  ctx: PersonCtx,
  { id, ...input }: UpdateServerInput,
): Promise<ServerDetailView> {
  const { tenantId } = ctx.principal;
  if (input.url !== undefined) assertReachableUrl(ctx, input.url);
  const isOtherPlace = await ctx.change(async (tx) => {
    await lockMaker(tx, ctx, 'mcp:manage');
    const server = await lockServer(tx, ctx, id);
    assertHeadersStay(server, { ...server, ...withoutUndefined(input) }, input.headers);
    const { changes, values } = toChanges(ctx, server, input);
    if (Object.keys(changes).length === 0) return false;
    await refusingTakenAlias(() => updateServerRow(tx, { tenantId, id }, values));
    if ('alias' in changes)
      await renameTools(tx, { tenantId, server: { id, alias: input.alias ?? server.alias } });
    await recordAudit(tx, ctx, {
      action: 'mcp_server.update',
      resource: serverResource(server),
      detail: { changes },
    });
    const isOn = input.enabled ?? server.enabled;
    return isOn && ['url', 'auth', 'headers', 'enabled'].some((field) => field in changes);
  });
  if (isOtherPlace) await checkServer(ctx.runtime, { tenantId, id });
  return getServer(ctx, { id });
}

/** Removes a server and its tools. Throws `not_found`. */
export function deleteServer(ctx: PersonCtx, { id }: ServerIdInput): Promise<null> {
  return ctx.change(async (tx) => {
    await lockMaker(tx, ctx, 'mcp:manage');
    const server = await lockServer(tx, ctx, id);
    await deleteServerRow(tx, ctx.principal.tenantId, id);
    const detail = { url: server.url };
    await recordAudit(tx, ctx, { action: 'mcp_server.delete', resource: serverResource(server), detail });
    return null;
  });
}

/** Throws `not_found` for unknown ids and for another tenant's. */
export async function lockServer(tx: Transaction, ctx: Ctx, id: string): Promise<ServerRow> {
  const server = await findServerForUpdate(tx, ctx.principal.tenantId, id);
  if (!server) throw notFound('server');
  return server;
}

function assertReachableUrl({ runtime }: Ctx, url: string): void {
  assertUrl(upstreamUrlFault(new URL(url), runtime.config.upstreamAllow));
}

function newRow(ctx: PersonCtx, { id, input, at }: { id: string; input: CreateServerInput; at: Date }) {
  const { costUsdPerCall, headers, ...same } = input;
  return {
    ...same,
    ...sealHeaders(ctx, id, headers),
    id,
    tenantId: ctx.principal.tenantId,
    nanoUsdPerCall: toNanoUsd(costUsdPerCall),
    createdAt: at,
    createdBy: ctx.principal.user.id,
    health: 'up' as const,
    healthSince: at,
    nextCheckAt: at,
    lastUsedAt: at,
  };
}

/** How a server stands that was looked at for the first time: one that fails is down. */
function standing(finding: Finding, at: Date) {
  const seen = observe({ health: 'down', failures: 0 }, finding, { at, dice: Math.random() });
  return { ...seen, toolsLeftOut: finding.fault === null ? finding.leftOut : 0, checkedAt: at };
}

function sealHeaders({ runtime }: Ctx, id: string, headers: Record<string, string> | undefined) {
  if (!headers) return { headerNames: [], headersSealed: null };
  const text = Buffer.from(JSON.stringify(headers));
  return {
    headerNames: Object.keys(headers).toSorted(),
    headersSealed: runtime.encryptor().encrypt(text, headersRow(id)),
  };
}

/** What the audit log says of a change, and what is written: of headers the names alone. */
function toChanges(ctx: Ctx, server: ServerRow, input: Omit<UpdateServerInput, 'id'>) {
  const { headers, costUsdPerCall, ...same } = input;
  const nanoUsdPerCall = costUsdPerCall === undefined ? server.nanoUsdPerCall : toNanoUsd(costUsdPerCall);
  const auth = input.auth ?? server.auth;
  const staySealed = auth === 'headers' && !headers;
  const sealed = staySealed ? {} : sealHeaders(ctx, server.id, headers);
  const isOtherAuth = headers !== undefined || auth !== server.auth;
  const changes = {
    ...changedFields<Record<string, unknown>>(server, same),
    ...(isOtherAuth && {
      headers: { from: server.headerNames, to: Object.keys(headers ?? {}).toSorted() },
    }),
    ...(nanoUsdPerCall !== server.nanoUsdPerCall && {
      costUsdPerCall: { from: fromNanoUsd(server.nanoUsdPerCall), to: fromNanoUsd(nanoUsdPerCall) },
    }),
  };
  return { changes, values: { ...withoutUndefined(same), ...sealed, nanoUsdPerCall } };
}

function withoutUndefined<T extends object>(fields: T) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

async function refusingTakenAlias<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (violatedUnique(error) !== 'mcp_servers_alias') throw error;
    throw new AppError('name_taken', 'There is a tool server of this alias. Choose another.');
  }
}
