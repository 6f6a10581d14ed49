import type { PersonCtx } from '#server/core/access/context.ts';
import { assertFreshSignIn } from '#server/core/access/fresh.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { endCodes } from '#server/core/one-time-codes/consume.ts';
import { endSessionsOfUser } from '#server/core/sessions/end.ts';
import { invalid, notFound } from '#server/errors.ts';
import type { ChangePasswordInput } from '#server/people/account/schema.ts';
import { lockUnchanged, provePassword } from '#server/people/sign-in/check-password.ts';
import { confirmSignIn } from '#server/people/sign-in/commands.ts';
import { markDevice } from '#server/people/sign-in/recognise.ts';
import { hashNewPassword, tellOfFirstPassword } from '#server/people/users/accept-password.ts';
import { findAccount, hasWorkingPassword, saveAccount } from '#server/people/users/find-account.ts';
import type { UserRow } from '#server/people/users/queries.ts';

/**
 * Replaces the caller's password, given the current one. Ends every other session and every mailed link, forgets known
 * browsers, and counts this session as signed in now. Throws `validation_failed`, `rate_limited`; for a user without a
 * password, whose recent sign-in is the proof, `sign_in_again`.
 */
export async function changePassword(ctx: PersonCtx, input: ChangePasswordInput): Promise<null> {
  const proved = await prove(ctx, input.currentPassword);
  if (input.newPassword === input.currentPassword)
    throw invalid('newPassword', 'This is your present password. Choose another.');
  const { newPassword: password } = input;
  const passwordHash = await hashNewPassword(ctx.runtime, {
    password,
    email: proved.email,
    field: 'newPassword',
  });
  await ctx.change(async (tx) => {
    await lockUnchanged(tx, proved);
    await saveAccount(tx, ctx.principal, { passwordHash, passwordChosenByAdmin: false });
    await tellOfFirstPassword(tx, ctx, proved);
    const ended = await endSessionsOfUser(tx, proved.id, ctx.principal.origin.id);
    const holder = { tenantId: ctx.principal.tenantId, userId: proved.id };
    await confirmSignIn(tx, ctx);
    await endCodes(tx, holder, undefined, ctx.now());
    const resource = { type: 'user', id: proved.id, label: proved.email };
    await recordAudit(tx, ctx, {
      action: 'user.set_password',
      resource,
      detail: { own: true, sessionsEnded: ended },
    });
  });
  markDevice(ctx, { id: proved.id, passwordHash });
  return null;
}

async function prove(ctx: PersonCtx, currentPassword: string | undefined): Promise<UserRow> {
  if (currentPassword !== undefined) return provePassword(ctx, currentPassword, 'currentPassword');
  const user = await findAccount(ctx.runtime.db, ctx.principal.tenantId, ctx.principal.user.id);
  if (!user) throw notFound('user');
  if (hasWorkingPassword(user, ctx.now())) throw invalid('currentPassword', 'Enter your present password.');
  assertFreshSignIn(ctx);
  return user;
}
