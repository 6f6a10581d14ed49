import { actFor } from '#db/turns.ts';
import type { AnyoneCtx } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { auditRow, recordAudit, stranger, type AuditEntry } from '#server/core/audit/record.ts';
import { mailSoon } from '#server/core/mail/send.ts';
import { endCodes, issuedBy } from '#server/core/one-time-codes/consume.ts';
import { codeLifeMs, issueCode } from '#server/core/one-time-codes/issue.ts';
import type { LoginInput, SignedInView } from '#server/core/sessions/schema.ts';
import { AppError, tenantSuspended, type ErrorCode } from '#server/errors.ts';
import { checkPassword, consumePassword, type PasswordCheck } from '#server/people/sign-in/check-password.ts';
import { countSignIn, type SignInAttempt } from '#server/people/sign-in/count-sign-in.ts';
import { admit, startSession } from '#server/people/sign-in/start.ts';
import type { UserRow } from '#server/people/users/queries.ts';

/**
 * Signs a person in by password. An unknown address, a wrong password and an account that is paused are answered alike and
 * in the same time. Throws `login_failed`, `account_deactivated`, `tenant_suspended`, `password_change_required`,
 * `rate_limited`, `auth_internal`.
 */
export async function login(ctx: AnyoneCtx, input: LoginInput): Promise<SignedInView> {
  const attempt = await countSignIn(ctx, input.email);
  const check = await checkCounted(ctx, input, attempt);
  if (check.outcome === 'wrong') {
    noteFailure(ctx, attempt, check.user);
    throw wrongPassword();
  }
  if (check.outcome === 'deactivated') {
    noteRefusal(ctx, 'account_deactivated', check.user);
    throw new AppError(
      'account_deactivated',
      'This account is deactivated. Ask an admin to switch it on again.',
    );
  }
  if (check.outcome === 'suspended') {
    noteRefusal(ctx, 'tenant_suspended', check.user);
    throw tenantSuspended();
  }
  const { user } = check;
  if (user.passwordChosenByAdmin) throw await demandOwnPassword(ctx, attempt, user);
  const started = await ctx.change(async (tx) => {
    const session = await startSession(tx, ctx, { user, method: 'password' });
    await attempt.reset(tx);
    return session;
  });
  return admit(ctx, started);
}

/** The same for every cause, an expired temporary password included: it says no more than that. */
function wrongPassword(): AppError {
  return new AppError(
    'login_failed',
    'The e-mail address or the password is wrong. After ten wrong tries no password works for 15 minutes. A password that an admin gave you works once, within 24 hours: after that, ask for a new link.',
  );
}

/**
 * A password that an admin chose, and so knows, lets nobody in: it is good once, for the page on which its owner chooses
 * another. The link to that page is still the admin's: it ends with their right to hand it out.
 */
async function demandOwnPassword(ctx: AnyoneCtx, attempt: SignInAttempt, user: UserRow): Promise<AppError> {
  const { id, email } = user;
  const tenantId = user.tenantId as TenantId;
  const code = await ctx.change(async (tx) => {
    const chosen = await consumePassword(tx, user, ctx.now());
    if (!chosen) throw wrongPassword();
    await endCodes(tx, { tenantId, userId: id }, 'reset', ctx.now());
    await attempt.reset(tx);
    const actor = { kind: 'user', id, label: email, tenantId } as const;
    const refusal = { outcome: 'denied', code: 'password_change_required' } as const;
    const detail = { method: 'password', issuedBy: issuedBy(chosen) };
    await recordAudit(tx, ctx, { action: 'auth.login', actor, ...refusal, detail });
    const { issuer } = chosen;
    const payload = { replaces: user.passwordHash };
    const reset = { tenantId, userId: id, purpose: 'reset', lifeMs: codeLifeMs.reset } as const;
    return issueCode(tx, { ...reset, issuer, isInherited: true, payload }, ctx.now());
  });
  return new AppError(
    'password_change_required',
    'An admin chose this password. Choose one of your own now.',
    {
      resetUrl: `${ctx.runtime.config.url.origin}/reset#code=${code.reveal()}`,
    },
  );
}

/** What fails on our side is not a wrong password, and is not counted as one. */
export async function checkCounted(
  ctx: AnyoneCtx,
  input: LoginInput,
  attempt: SignInAttempt,
): Promise<PasswordCheck> {
  const check = () => checkPassword(ctx, input, attempt.pausedUntil !== null);
  try {
    return await (attempt.device ? actFor({ key: attempt.device, isKnown: true }, check) : check());
  } catch (error) {
    await attempt.refund();
    throw error;
  }
}

/** Nothing here is waited for: an account that exists would take longer to refuse than one that does not. */
function noteFailure(ctx: AnyoneCtx, attempt: SignInAttempt, user: UserRow | undefined): void {
  noteRefusal(ctx, attempt.pausedUntil ? 'rate_limited' : 'login_failed', user);
  if (!user || !attempt.isLast) return;
  const tenantId = user.tenantId as TenantId;
  note(ctx, {
    action: 'auth.paused',
    actor: { kind: 'system', id: null, label: 'Keyward', tenantId },
    resource: { type: 'user', id: user.id, label: user.email },
    code: 'rate_limited',
  });
  mailSoon(ctx.runtime, { kind: 'paused', tenantId, userId: user.id });
}

/** What was typed for an account that does not exist is not kept: people put their password into the wrong field. */
function noteRefusal(ctx: AnyoneCtx, code: ErrorCode, user: UserRow | undefined): void {
  const actor = user
    ? { kind: 'user' as const, id: user.id, label: user.email, tenantId: user.tenantId as TenantId }
    : stranger(ctx.runtime.defaultTenantId);
  note(ctx, { action: 'auth.login_failed', code, actor, detail: { method: 'password' } });
}

function note(ctx: AnyoneCtx, entry: AuditEntry): void {
  ctx.runtime.auditQueue.add(auditRow(ctx, { ...entry, outcome: 'denied' }));
}
