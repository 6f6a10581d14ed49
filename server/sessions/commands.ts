import type { AnyoneCtx, Ctx } from '#server/access/context.ts';
import type { TenantId } from '#server/access/principal.ts';
import { auditRow, recordAudit } from '#server/audit/record.ts';
import { AppError, notFound, type ErrorCode } from '#server/errors.ts';
import { confirmSession, deleteSessionById } from '#server/sessions/queries.ts';
import type { ConfirmInput, LoginInput, SignedInView } from '#server/sessions/schema.ts';
import { startSession } from '#server/sessions/start.ts';
import { checkPassword, lockUnchanged, provePassword } from '#server/users/check-password.ts';
import type { UserRow } from '#server/users/queries.ts';

/** Signs a person in by password. Throws `login_failed`, `account_deactivated`, `auth_internal`. */
export async function login(ctx: AnyoneCtx, input: LoginInput): Promise<SignedInView> {
  const check = await checkPassword(ctx, input.email, input.password);
  if (check.outcome === 'wrong') {
    noteRefusal(ctx, 'login_failed', check.user);
    throw new AppError('login_failed', 'The e-mail address or the password is wrong.');
  }
  if (check.outcome === 'deactivated') {
    noteRefusal(ctx, 'account_deactivated', check.user);
    throw new AppError(
      'account_deactivated',
      'This account is deactivated. Ask an admin to switch it on again.',
    );
  }
  const { view, cookie } = await ctx.change((tx) => startSession(tx, ctx, check.user, 'password'));
  ctx.reply.setCookie(cookie);
  return view;
}

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
 * one.
 */
export async function confirm(ctx: Ctx, { password }: ConfirmInput): Promise<null> {
  const proved = await provePassword(ctx, password, 'password');
  await ctx.change(async (tx) => {
    await lockUnchanged(tx, proved);
    if (!(await confirmSession(tx, ctx.principal.origin.id, ctx.now()))) throw notFound('session');
    await recordAudit(tx, ctx, { action: 'session.confirm' });
  });
  return null;
}

/** What was typed for an account that does not exist is not kept: people put their password into the wrong field. */
function noteRefusal(ctx: AnyoneCtx, code: ErrorCode, user: UserRow | undefined): void {
  const actor = user
    ? { kind: 'user' as const, id: user.id, label: user.email, tenantId: user.tenantId as TenantId }
    : { kind: 'anonymous' as const, id: null, label: 'unknown', tenantId: ctx.runtime.defaultTenantId };
  ctx.runtime.auditQueue.add(auditRow(ctx, { action: 'auth.login_failed', outcome: 'denied', code, actor }));
}
