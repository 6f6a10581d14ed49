import type { Ctx } from '#server/core/access/context.ts';
import { auditRow } from '#server/core/audit/record.ts';

export interface CalledTool {
  /** As its server calls it. */
  name: string;
  shownName: string;
  /** Null: Keyward itself. */
  serverId: string | null;
}

/** Puts a call that was allowed into the audit log: what a credential calls again within a minute is one row with a count. */
export function recordCall(ctx: Ctx, { name, shownName, serverId }: CalledTool, fault?: string): void {
  const resource =
    serverId === null ? {} : { resource: { type: 'mcp_tool', id: serverId, label: shownName } };
  const row = auditRow(ctx, {
    action: 'mcp_tool.call',
    ...resource,
    ...(fault !== undefined && { outcome: 'failed' }),
    detail: { tool: name, ...(fault !== undefined && { fault }) },
  });
  ctx.runtime.auditQueue.addGathered(row);
}
