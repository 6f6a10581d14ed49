import type { Transaction } from '#db/client.ts';
import type { Ctx } from '#server/access/context.ts';
import { notFound } from '#server/errors.ts';
import { findUserForUpdate, lockActiveAdmins, type FoundUser, type UserRow } from '#server/users/queries.ts';
import { assertStillAdmin } from '#server/users/rules.ts';

/**
 * Locks the active admins and then the person, so that of two changes at once the second sees what the first did.
 * Throws `not_found`, also for who was deleted, and `permission_denied` for an asker who is no admin any more.
 */
export async function lockForChange(
  tx: Transaction,
  ctx: Ctx,
  id: string,
): Promise<{ user: FoundUser; otherAdmins: number }> {
  const admins = await lockAsAdmin(tx, ctx);
  const user = await findUserForUpdate(tx, ctx.principal.tenantId, id);
  if (!user) throw notFound('user');
  return { user, otherAdmins: admins.filter((admin) => admin !== id).length };
}

/** Locks the active admins, the asker among them. Returns their ids. */
export async function lockAsAdmin(tx: Transaction, ctx: Ctx): Promise<string[]> {
  const admins = await lockActiveAdmins(tx, ctx.principal.tenantId);
  assertStillAdmin(admins, ctx.principal.user.id);
  return admins;
}

/** A person as the audit log names them. */
export function userResource(user: UserRow) {
  return { type: 'user', id: user.id, label: user.email };
}
