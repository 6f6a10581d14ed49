import type { Connection } from '#db/client.ts';
import type { Ctx } from '#server/core/access/context.ts';
import type { Principal } from '#server/core/access/principal.ts';
import { requirePermission } from '#server/core/authentication/require-permission.ts';
import { findAgent } from '#server/credentials/rotation/queries.ts';
import { notFound } from '#server/errors.ts';

/** An agent of which one may see or start rotations: one's own, or any by permission. Throws `not_found`, `permission_denied`. */
export async function findReadableAgent(
  db: Connection,
  ctx: Ctx,
  { id, permission }: { id: string; permission: 'agents:read' | 'agents:rotate' },
) {
  const agent = await findAgent(db, { tenantId: ctx.principal.tenantId, id }, ctx.now());
  // Alike for what exists and what does not.
  if (!agent || !isOwner(ctx.principal, agent)) requirePermission(ctx, permission);
  if (!agent) throw notFound('agent');
  return agent;
}

/** The owner in person, or by a token that may do all that they may. */
function isOwner(principal: Principal, { ownerId }: { ownerId: string }): boolean {
  if (principal.kind !== 'user' || principal.user.id !== ownerId) return false;
  const { origin } = principal;
  return origin.kind === 'session' || origin.grant[0] === '*';
}
