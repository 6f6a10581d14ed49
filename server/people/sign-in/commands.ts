import type { Transaction } from '#db/client.ts';
import type { Ctx, PersonCtx, Runtime } from '#server/core/access/context.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { confirmSession, deleteSessionById } from '#server/core/sessions/queries.ts';
import { waySchema, type ConfirmInput, type WaysView } from '#server/core/sessions/schema.ts';
import { AppError, notFound } from '#server/errors.ts';
import { lockUnchanged, provePassword } from '#server/people/sign-in/check-password.ts';

/** Ends the session that asks. A token has none to end: it is left as it is. */
export async function logout(ctx: Ctx): Promise<null> {
  const { origin } = ctx.principal;
  if (origin.kind === 'session') {
    await ctx.change(async (tx) => {
      if (await deleteSessionById(tx, origin.id)) await recordAudit(tx, ctx, { action: 'auth.logout' });
    });
  }
  ctx.reply.setCookie(ctx.runtime.sessions.blankCookie());
  return null;
}

/**
 * Renews the session's sign-in by the password, for what asks for a recent one. Throws `validation_failed` for a wrong
 * one, `password_change_required` for one that an admin chose, and so knows, `rate_limited`.
 */
export async function confirm(ctx: PersonCtx, { password }: ConfirmInput): Promise<null> {
  const proved = await provePassword(ctx, password, 'password');
  if (proved.passwordChosenByAdmin)
    throw new AppError(
      'password_change_required',
      'An admin chose this password. Choose one of your own on your account page first.',
    );
  await ctx.change(async (tx) => {
    await lockUnchanged(tx, proved);
    await confirmSignIn(tx, ctx);
    await recordAudit(tx, ctx, { action: 'session.confirm' });
  });
  return null;
}

/** Has the asker's session count as signed in now. Throws `not_found` when it has ended meanwhile. */
export async function confirmSignIn(tx: Transaction, ctx: PersonCtx): Promise<void> {
  if (!(await confirmSession(tx, ctx.principal.origin.id, ctx.now()))) throw notFound('session');
}

/** How one can sign in here; for somebody in particular, whether by a password too. */
export function listWays({ config }: Runtime, hasPassword = true): WaysView {
  const isOpen = { ...config.ways, password: config.ways.password && hasPassword };
  return { ways: waySchema.options.filter((way) => isOpen[way]), issuerName: config.oidc?.name ?? null };
}
