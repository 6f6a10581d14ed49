import type { Transaction } from '#db/client.ts';
import type { AnyoneCtx } from '#server/core/access/context.ts';
import { auditRow, type AuditRow } from '#server/core/audit/record.ts';
import { tokenResource } from '#server/credentials/tokens/commands.ts';
import {
  findTokenForUpdate,
  lockOwner,
  updateTokenRow,
  type Owner,
} from '#server/credentials/tokens/queries.ts';

/**
 * Ends a token that somebody else may have got hold of, within the change that finds it out. Returns its audit row, for the
 * caller to write with its own; undefined where the token has ended already.
 */
export async function revokeIssued(
  tx: Transaction,
  ctx: AnyoneCtx,
  owner: Owner,
  { id, reason }: { id: string; reason: string },
): Promise<AuditRow | undefined> {
  // Before the token: whoever locks the owner first and then waits for the token would wait for our notice, and we for them.
  await lockOwner(tx, owner);
  const token = await findTokenForUpdate(tx, owner, id);
  if (!token || token.revokedAt) return undefined;
  await updateTokenRow(tx, owner, id, { revokedAt: ctx.now(), revokeReason: reason });
  return auditRow(ctx, {
    action: 'token.revoke',
    resource: tokenResource(token),
    actor: { kind: 'anonymous', id: null, label: 'holder', tenantId: owner.tenantId },
    detail: { reason },
  });
}
