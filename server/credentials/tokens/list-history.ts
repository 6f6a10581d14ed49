import type { PersonCtx } from '#server/core/access/context.ts';
import { ownerOf } from '#server/credentials/tokens/commands.ts';
import { findToken } from '#server/credentials/tokens/queries.ts';
import type { TokenHistoryView, TokenIdInput } from '#server/credentials/tokens/schema.ts';
import { notFound } from '#server/errors.ts';
import { readEvents } from '#server/oversight/audit-log/list.ts';

const mostShown = 50;

/**
 * What the audit log has on one of the asker's tokens, newest first. From where somebody else acted is not the owner's
 * business. Throws `not_found`.
 */
export async function listHistory(ctx: PersonCtx, { id }: TokenIdInput): Promise<TokenHistoryView> {
  const owner = ownerOf(ctx.principal);
  if (!(await findToken(ctx.runtime.db, owner, id))) throw notFound('token');
  const query = { tenantId: owner.tenantId, filter: { resource: id }, limit: mostShown };
  const { rows } = await readEvents(ctx.runtime.db, query);
  return {
    items: rows.map(({ at, action, outcome, code, address, actorKind, actorId, actorLabel }) => ({
      time: new Date(at).toISOString(),
      action,
      outcome,
      code,
      by: actorLabel,
      address: actorKind === 'user' && actorId !== owner.userId ? null : address,
    })),
  };
}
