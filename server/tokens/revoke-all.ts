import type { Transaction } from '#db/client.ts';
import type { Ctx } from '#server/access/context.ts';
import { auditRow, insertAuditRows } from '#server/audit/record.ts';
import { revokeTokenRows, type Owner } from '#server/tokens/queries.ts';

/** One statement takes 65,535 parameters at most, and an audit row has some twenty. */
const rowsAtOnce = 1_000;

/** Ends all that is left of somebody's tokens, each with its audit row, within the change that asks for it. Returns how many. */
export async function revokeTokensOf(
  tx: Transaction,
  ctx: Ctx,
  owner: Owner,
  reason: string,
): Promise<number> {
  const revocation = { revokedAt: ctx.now(), revokedBy: ctx.principal.user.id, revokeReason: reason };
  const revoked = await revokeTokenRows(tx, owner, revocation);
  const rows = revoked.map(({ id, name }) =>
    auditRow(ctx, {
      action: 'token.revoke',
      resource: { type: 'token', id, label: name },
      detail: { reason },
    }),
  );
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    await insertAuditRows(tx, rows.slice(start, start + rowsAtOnce));
  }
  return revoked.length;
}
