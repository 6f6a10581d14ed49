import type { Transaction } from '#db/client.ts';
import type { AnyoneCtx } from '#server/access/context.ts';
import { assertWayOpen } from '#server/access/ways.ts';
import { queueMail } from '#server/mail/send.ts';
import type { Runtime } from '#server/runtime.ts';
import { assertUncommonPassword, hashPassword } from '#server/users/password.ts';
import type { UserRow } from '#server/users/queries.ts';

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
 * Emails a person whose account gets a password for the first time: another way to sign in that somebody else may have
 * opened. `before`: their account until now.
 */
export async function tellOfFirstPassword(tx: Transaction, ctx: AnyoneCtx, before: UserRow): Promise<void> {
  if (before.passwordHash !== null) return;
  const { tenantId, id: userId } = before;
  await queueMail(tx, ctx.runtime, { kind: 'password_set', tenantId, userId });
}
