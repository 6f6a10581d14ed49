import { randomUUIDv7 } from 'node:crypto';
import type { Transaction } from '#db/client.ts';
import type { Runtime } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { recordAudit, type AuditEntry, type AuditFacts } from '#server/core/audit/record.ts';
import { notFound } from '#server/errors.ts';
import {
  findServer,
  findServerForUpdate,
  lockTenantOf,
  updateServerRow,
  type ServerRow,
} from '#server/gateway/mcp-servers/queries.ts';
import { observe, type Finding } from '#server/gateway/mcp-servers/rules.ts';
import { discoverTools, type Discovery } from '#server/gateway/mcp-tools/discover-tools.ts';
import { syncTools, type ToolChanges } from '#server/gateway/mcp-tools/sync-tools.ts';
import { writeHeaders } from '#server/gateway/mcp-tools/write-headers.ts';

interface Checked {
  tenantId: TenantId;
  id: string;
}

/**
 * Asks a server for its tools, keeps what it lists and how it stands. New and changed tools are held back unless the server is
 * trusted. Throws `not_found`.
 */
export async function checkServer(runtime: Runtime, { tenantId, id }: Checked): Promise<Discovery> {
  const found = await findServer(runtime.db, tenantId, id);
  if (!found) throw notFound('server');
  const { server } = found;
  const headers = await writeHeaders(runtime, server, { tenantId, principal: null });
  const discovery = await discoverTools(runtime, { url: server.url, headers });
  await runtime.db.transaction(async (tx) => {
    await lockTenantOf(tx, tenantId);
    const locked = await findServerForUpdate(tx, tenantId, id);
    // It was removed, or leads elsewhere since: what another server said is not for it.
    if (locked?.url !== server.url) return;
    await keepDiscovery(tx, runtime, { tenantId, server: locked, discovery });
  });
  return discovery;
}

interface Kept {
  tenantId: TenantId;
  server: ServerRow;
  discovery: Discovery;
}

async function keepDiscovery(
  tx: Transaction,
  runtime: Runtime,
  { tenantId, server, discovery }: Kept,
): Promise<void> {
  const at = runtime.clock.now();
  const changes = discovery.ok
    ? await syncTools(tx, {
        tenantId,
        server,
        tools: discovery.tools,
        approval: server.trusted ? { by: null } : null,
        at,
      })
    : undefined;
  const leftOut = (changes?.leftOut ?? 0) + (discovery.ok ? discovery.unusable : 0);
  const finding: Finding = discovery.ok ? { fault: null, leftOut } : { fault: discovery.fault };
  const { health, ...seen } = observe(server, finding, { at, dice: Math.random() });
  await updateServerRow(
    tx,
    { tenantId, id: server.id },
    {
      ...seen,
      health,
      healthSince: health === server.health ? server.healthSince : at,
      toolsLeftOut: discovery.ok ? leftOut : server.toolsLeftOut,
      checkedAt: at,
    },
  );
  const facts = { principal: null, request: ownRequest(), now: () => at };
  const note = (entry: AuditEntry) =>
    recordAudit(tx, facts, { ...entry, resource: serverResource(server), actor: { ...keyward, tenantId } });
  if (changes && hasChanges(changes)) await note({ action: 'mcp_server.discover', detail: { ...changes } });
  if (health === 'down' && server.health !== 'down')
    await note({ action: 'mcp_server.fail', outcome: 'failed', detail: { fault: seen.fault } });
  if (health !== 'down' && server.health === 'down') await note({ action: 'mcp_server.recover' });
}

const keyward = { kind: 'system', id: null, label: 'keyward' } as const;

/** What Keyward does by itself has no address and no caller. */
const ownRequest = (): AuditFacts['request'] => ({
  id: randomUUIDv7(),
  address: null,
  userAgent: null,
  endpoint: 'job',
});

export function serverResource({ id, alias }: Pick<ServerRow, 'id' | 'alias'>) {
  return { type: 'mcp_server', id, label: alias };
}

/** A list that says what the one before it said leaves no row. */
function hasChanges({ added, changed, gone, hidden }: ToolChanges): boolean {
  return [added, changed, gone, hidden].some((names) => names.length > 0);
}
