import type { Ctx } from '#server/core/access/context.ts';
import { auditRow } from '#server/core/audit/record.ts';

export interface CalledTool {
  /** What a credential names to reach it. */
  resource: string;
  shownName: string;
}

/** Puts a call that was allowed into the audit log: what a credential calls again within a minute is one row with a count. */
export function recordCall(ctx: Ctx, { resource, shownName }: CalledTool, fault?: string): void {
  ctx.runtime.auditQueue.addGathered(
    auditRow(ctx, {
      action: 'mcp_tool.call',
      resource: { type: 'mcp_tool', id: resource, label: shownName },
      ...(fault !== undefined && { outcome: 'failed', detail: { fault } }),
    }),
  );
}
