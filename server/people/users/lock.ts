import type { Transaction } from '#db/client.ts';
import type { PersonCtx } from '#server/core/access/context.ts';
import { notFound } from '#server/errors.ts';
import { lockAdminsAnd, type FoundUser, type UserRow } from '#server/people/users/queries.ts';
import { assertStillAdmin, isActiveAdmin } from '#server/people/users/rules.ts';

/**
 * Locks the active admins and the person, so that of two changes at once the second sees what the first did.
 * Throws `not_found`, also for who was deleted, and `permission_denied` for an asker who is no admin any more.
 */
export async function lockForChange(
  tx: Transaction,
  ctx: PersonCtx,
  id: string,
): Promise<{ user: FoundUser; otherAdmins: FoundUser[] }> {
  const people = await lockWithAdmins(tx, ctx, id);
  // Ids are compared as the database writes them: a caller may send them in capitals.
  const user = people.find((person) => person.id === id.toLowerCase());
  if (!user || user.deletedAt) throw notFound('user');
  return { user, otherAdmins: people.filter((person) => person.id !== user.id) };
}

/** Locks the active admins, the asker among them. Throws `permission_denied` as `lockForChange` does. */
export async function lockAsAdmin(tx: Transaction, ctx: PersonCtx): Promise<void> {
  await lockWithAdmins(tx, ctx);
}

async function lockWithAdmins(tx: Transaction, ctx: PersonCtx, id?: string): Promise<FoundUser[]> {
  const people = await lockAdminsAnd(tx, ctx.principal.tenantId, id);
  const admins = people.filter(isActiveAdmin);
  assertStillAdmin(
    admins.map((admin) => admin.id),
    ctx.principal.user.id,
  );
  return people;
}

/** A person as the audit log names them. */
export function userResource(user: UserRow) {
  return { type: 'user', id: user.id, label: user.email };
}
