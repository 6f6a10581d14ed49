import type { Transaction } from '#db/client.ts';
import type { AnyoneCtx, Runtime } from '#server/core/access/context.ts';
import { assertWayOpen } from '#server/core/access/ways.ts';
import { notify } from '#server/core/notifications/notify.ts';
import { assertUncommonPassword, hashPassword } from '#server/people/users/password.ts';
import type { UserRow } from '#server/people/users/queries.ts';

/**
 * The hash of a password that is to be set, by whichever way. `field` is what the input calls it. Throws `passwords_off`,
 * `validation_failed` for one that is easily guessed, `unavailable`.
 */
export async function hashNewPassword(
  { config }: Runtime,
  { password, email, field }: { password: string; email: string; field?: string },
): Promise<string> {
  assertWayOpen(config, 'password');
  assertUncommonPassword(password, email, field);
  return hashPassword(password);
}

/**
 * Tells a person, on the page and by email, that their account has a password for the first time: a way to sign in that
 * another person may have opened. `before`: their account until now.
 */
export async function tellOfFirstPassword(tx: Transaction, ctx: AnyoneCtx, before: UserRow): Promise<void> {
  if (before.passwordHash !== null) return;
  const about = {
    tenantId: before.tenantId,
    userId: before.id,
    credentialId: null,
    kind: 'password_set',
    day: ctx.now(),
    address: ctx.request.address,
    // On an account that was never signed in to, only the one who chose the password could read it.
    isMailOnly: before.lastSignInAt === null,
  } as const;
  await notify(tx, ctx.runtime, [about]);
}
