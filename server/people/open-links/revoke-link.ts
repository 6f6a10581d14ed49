import type { PersonCtx } from '#server/core/access/context.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { endCode, endCodes, issuedBy } from '#server/core/one-time-codes/consume.ts';
import { findCodeHolder, findOpenCodeById, lockPeople } from '#server/core/one-time-codes/queries.ts';
import { isPerMachine } from '#server/core/one-time-codes/rules.ts';
import type { LinkIdInput } from '#server/core/one-time-codes/schema.ts';
import { notFound } from '#server/errors.ts';

/**
 * Makes useless what was handed out to someone of the tenant. Repeating it changes nothing. Throws `not_found`, also for
 * another tenant's.
 */
export function revokeLink(ctx: PersonCtx, { id }: LinkIdInput): Promise<null> {
  const { tenantId } = ctx.principal;
  return ctx.change(async (tx) => {
    const holder = await findCodeHolder(tx, tenantId, id);
    if (!holder) throw notFound('link');
    await lockPeople(tx, holder, null);
    const link = await findOpenCodeById(tx, id, ctx.now());
    if (!link) return null;
    if (isPerMachine(link.purpose)) await endCode(tx, holder, id, ctx.now());
    else await endCodes(tx, holder, link.purpose, ctx.now());
    await recordAudit(tx, ctx, {
      action: 'link.revoke',
      resource: { type: 'user', id: holder.userId, label: holder.email },
      detail: { link: id, kind: link.purpose, issuedBy: issuedBy(link) },
    });
    return null;
  });
}
