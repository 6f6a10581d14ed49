import type { Transaction } from '#db/client.ts';
import type { PersonCtx } from '#server/core/access/context.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { lockMaker } from '#server/credentials/api-keys/lock.ts';
import { AppError, invalid } from '#server/errors.ts';
import { serverResource } from '#server/gateway/mcp-servers/check-server.ts';
import { getServer, lockServer } from '#server/gateway/mcp-servers/commands.ts';
import { updateServerRow } from '#server/gateway/mcp-servers/queries.ts';
import type {
  ApproveToolsInput,
  ServerDetailView,
  TrustServerInput,
} from '#server/gateway/mcp-servers/schema.ts';
import { listToolsOf, writeTools, type ToolRow } from '#server/gateway/mcp-tools/queries.ts';

/**
 * Lets tools that were held back be offered as they are now. Repeating it changes nothing. Throws `not_found`, `tool_changed`
 * where one is no longer what was read, and `validation_failed` for a name that the server does not list.
 */
export async function approveTools(ctx: PersonCtx, input: ApproveToolsInput): Promise<ServerDetailView> {
  const { id, tools: names, pins = {} } = input;
  const { tenantId, user } = ctx.principal;
  await ctx.change(async (tx) => {
    await lockMaker(tx, ctx, 'mcp:manage');
    const server = await lockServer(tx, ctx, id);
    const held = pick(await listToolsOf(tx, tenantId, id), names);
    assertAsRead(held, pins);
    if (held.length === 0) return;
    await approve(tx, held, { by: user.id, at: ctx.now() });
    const detail = {
      tools: held.map((tool) => ({ name: tool.name, was: tool.state, pin: tool.pin.toString('hex') })),
    };
    await recordAudit(tx, ctx, { action: 'mcp_server.approve', resource: serverResource(server), detail });
  });
  return getServer(ctx, { id });
}

/** Whether new and changed tools of a server pass without being held back; what is held back now passes too. Throws `not_found`. */
export async function trustServer(ctx: PersonCtx, { id, on }: TrustServerInput): Promise<ServerDetailView> {
  const { tenantId, user } = ctx.principal;
  await ctx.change(async (tx) => {
    await lockMaker(tx, ctx, 'mcp:manage');
    const server = await lockServer(tx, ctx, id);
    if (server.trusted === on) return;
    await updateServerRow(tx, { tenantId, id }, { trusted: on });
    const held = on ? pick(await listToolsOf(tx, tenantId, id), undefined) : [];
    await approve(tx, held, { by: user.id, at: ctx.now() });
    const detail = { on, approved: held.map(({ name }) => name) };
    await recordAudit(tx, ctx, { action: 'mcp_server.trust', resource: serverResource(server), detail });
  });
  return getServer(ctx, { id });
}

const isHeld = ({ state }: ToolRow) => state === 'new' || state === 'changed';

/** Those of the names that are held back; without names all that are. */
function pick(rows: ToolRow[], names: string[] | undefined): ToolRow[] {
  if (!names) return rows.filter(isHeld);
  const listed = new Map(rows.map((row) => [row.name, row]));
  return names.flatMap((name, index) => {
    const row = listed.get(name);
    if (!row) throw invalid(`tools.${index}`, 'The server lists no such tool.');
    if (row.state === 'hidden')
      throw invalid(
        `tools.${index}`,
        `Another tool is offered as ${row.shownName}. Change the alias of one of the servers.`,
      );
    return isHeld(row) ? [row] : [];
  });
}

function assertAsRead(held: ToolRow[], pins: Record<string, string>): void {
  const other = held.find(({ name, pin }) => pins[name] !== undefined && pins[name] !== pin.toString('hex'));
  if (other)
    throw new AppError(
      'tool_changed',
      `The tool "${other.name}" has changed since you read it. Read it again.`,
    );
}

function approve(tx: Transaction, held: ToolRow[], { by, at }: { by: string; at: Date }): Promise<void> {
  return writeTools(
    tx,
    held.map((row) => ({
      ...row,
      state: 'approved',
      approvedDefinition: row.definition,
      approvedPin: row.pin,
      approvedAt: at,
      approvedBy: by,
    })),
  );
}
