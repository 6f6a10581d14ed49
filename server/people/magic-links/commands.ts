import type { Transaction } from '#db/client.ts';
import type { AnyoneCtx } from '#server/core/access/context.ts';
import { safeNext } from '#server/core/access/schema.ts';
import { assertWayOpen } from '#server/core/access/ways.ts';
import { tallyOf, throttleFailures } from '#server/core/lockout/throttle.ts';
import { mailSoon } from '#server/core/mail/send.ts';
import { consumeCode } from '#server/core/one-time-codes/consume.ts';
import { codeLifeMs } from '#server/core/one-time-codes/issue.ts';
import { AppError, notFound } from '#server/errors.ts';
import type {
  MagicRequestedView,
  MagicSignedInView,
  RedeemMagicInput,
  RequestMagicInput,
} from '#server/people/magic-links/schema.ts';
import { countLetter } from '#server/people/sign-in/count-sign-in.ts';
import { admit, startSession } from '#server/people/sign-in/start.ts';
import { findAccount, findAccountByEmail } from '#server/people/users/find-account.ts';

/**
 * Has a link mailed to somebody who wants to sign in. The answer is the same, and as quick, whether there is such a person,
 * whether they may sign in, and whether they asked too often. Throws `rate_limited`.
 */
export async function requestMagic(
  ctx: AnyoneCtx,
  { email, next }: RequestMagicInput,
): Promise<MagicRequestedView> {
  assertWayOpen(ctx.runtime.config, 'magic');
  const attempt = await countLetter(ctx, email);
  const user = await findAccountByEmail(ctx.runtime.db, email);
  if (user && !user.deactivatedAt && !attempt.pausedUntil) {
    const { tenantId, id: userId } = user;
    mailSoon(ctx.runtime, { kind: 'magic', tenantId, userId, about: { next: safeNext(next) } });
  }
  return { lifeMinutes: codeLifeMs.magic / 60_000 };
}

/** Signs in the person who opened their link. Throws `code_invalid`, `account_deactivated`, `tenant_suspended`, `rate_limited`. */
export async function redeemMagic(ctx: AnyoneCtx, { code }: RedeemMagicInput): Promise<MagicSignedInView> {
  if (!ctx.runtime.config.magicLinks) throw notFound('way to sign in');
  return throttleFailures(ctx, 'code', {}, async () => {
    const { next, ...started } = await ctx.change((tx) => startByCode(tx, ctx, code));
    return { ...admit(ctx, started), next };
  });
}

async function startByCode(tx: Transaction, ctx: AnyoneCtx, code: string) {
  const found = await consumeCode(tx, code, 'magic', ctx.now());
  const user = found?.userId ? await findAccount(tx, found.tenantId, found.userId) : undefined;
  if (!found || !user)
    throw new AppError(
      'code_invalid',
      'This link does not work any more. Ask for a new one on the sign-in page.',
    );
  if (user.deactivatedAt)
    throw new AppError(
      'account_deactivated',
      'This account is deactivated. Ask an admin to switch it on again.',
    );
  const { next } = found.payload as { next?: string };
  const started = await startSession(tx, ctx, { user, method: 'magic' });
  // The letter did what it was asked for: where it was opened, one counts no longer.
  await tallyOf(ctx, 'letters').refund(tx);
  return { ...started, next: safeNext(next) };
}
