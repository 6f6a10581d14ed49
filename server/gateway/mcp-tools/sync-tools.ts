import type { Transaction } from '#db/client.ts';
import type { ToolDefinition } from '#db/schema/tool-servers.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { nameTool } from '#server/gateway/mcp-tools/name-tool.ts';
import { pinTool } from '#server/gateway/mcp-tools/pin-tool.ts';
import {
  deleteTools,
  findTaken,
  listToolsOf,
  markGone,
  writeTools,
  type ToolRow,
} from '#server/gateway/mcp-tools/queries.ts';
import { reconcile, type Decision, type KnownTool } from '#server/gateway/mcp-tools/rules.ts';
import { toolLimits } from '#server/gateway/mcp-tools/schema.ts';

export interface ToolList {
  tenantId: TenantId;
  server: { id: string; alias: string };
  tools: ToolDefinition[];
  /** New and changed tools pass; `by`: the person who sees them, null where the server is trusted. */
  approval: { by: string | null } | null;
  at: Date;
}

/** What a list changed, by the names that the server gives its tools. */
export interface ToolChanges {
  added: string[];
  changed: string[];
  gone: string[];
  hidden: string[];
  leftOut: number;
}

/** Keeps what a server lists now. Its row is locked, and with it the tenant's, since shown names are the tenant's. */
export async function syncTools(tx: Transaction, list: ToolList): Promise<ToolChanges> {
  const { tenantId, server, tools, approval, at } = list;
  const rows = await listToolsOf(tx, tenantId, server.id);
  const taken = await findTaken(tx, tenantId, server.id);
  const before = new Map(rows.map((row) => [row.name, row]));
  const found = tools.map((definition) => ({
    shownName: nameTool(server.alias, definition.name),
    pin: pinTool(definition).toString('hex'),
    definition,
  }));
  const { kept, gone, dropped, leftOut } = reconcile({
    known: rows.map(toKnown),
    found,
    taken: taken.names,
    room: Math.max(0, toolLimits.ofTenant - taken.count),
    passes: approval !== null,
  });
  await deleteTools(tx, server.id, dropped);
  await markGone(tx, server.id, gone, at);
  const written = kept.map((decision) => toRow(decision, before.get(decision.tool.definition.name), list));
  await writeTools(
    tx,
    written.filter((row) => isOther(row, before.get(row.name))),
  );
  const isGoneNow = (name: string) => before.get(name)?.goneAt === null;
  return {
    added: written.filter(({ name }) => !before.has(name)).map(({ name }) => name),
    changed: written
      .filter(({ name, pin }) => before.get(name)?.pin.equals(pin) === false)
      .map(({ name }) => name),
    gone: [...gone.filter(isGoneNow), ...dropped],
    hidden: written
      .filter(({ name, state }) => state === 'hidden' && before.get(name)?.state !== 'hidden')
      .map(({ name }) => name),
    leftOut,
  };
}

/** Shows the tools of a server under its new alias; what they are to credentials stays. */
export async function renameTools(
  tx: Transaction,
  { tenantId, server }: Pick<ToolList, 'tenantId' | 'server'>,
): Promise<void> {
  const rows = await listToolsOf(tx, tenantId, server.id);
  await writeTools(
    tx,
    rows.map((row) => ({ ...row, shownName: nameTool(server.alias, row.name) })),
  );
}

function toKnown({ name, shownName, state, pin, approvedPin, goneAt }: ToolRow): KnownTool {
  return {
    name,
    shownName,
    state,
    pin: pin.toString('hex'),
    approvedPin: approvedPin?.toString('hex') ?? null,
    goneAt,
  };
}

function toRow(
  { tool, state, isApprovedNow }: Decision,
  before: ToolRow | undefined,
  list: ToolList,
): ToolRow {
  const { tenantId, server, approval, at } = list;
  const pin = Buffer.from(tool.pin, 'hex');
  const approved = isApprovedNow
    ? {
        approvedDefinition: tool.definition,
        approvedPin: pin,
        approvedAt: at,
        approvedBy: approval?.by ?? null,
      }
    : {
        approvedDefinition: before?.approvedDefinition ?? null,
        approvedPin: before?.approvedPin ?? null,
        approvedAt: before?.approvedAt ?? null,
        approvedBy: before?.approvedBy ?? null,
      };
  return {
    serverId: server.id,
    tenantId,
    name: tool.definition.name,
    shownName: tool.shownName,
    state,
    definition: tool.definition,
    pin,
    ...approved,
    foundAt: before?.foundAt ?? at,
    changedAt: before?.pin.equals(pin) ? before.changedAt : at,
    goneAt: null,
  };
}

/** Most lists say what the one before them said, and are not written. */
function isOther(row: ToolRow, before: ToolRow | undefined): boolean {
  return (
    !before ||
    before.state !== row.state ||
    before.shownName !== row.shownName ||
    !before.pin.equals(row.pin) ||
    before.goneAt !== null
  );
}
