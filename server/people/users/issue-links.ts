import type { Transaction } from '#db/client.ts';
import type { PersonCtx, Runtime } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { isMailConfigured, queueMail } from '#server/core/mail/send.ts';
import { endCodes } from '#server/core/one-time-codes/consume.ts';
import { codeLifeMs, issueCode, issuerOf } from '#server/core/one-time-codes/issue.ts';
import { lockForChange, userResource } from '#server/people/users/lock.ts';
import type { UserRow } from '#server/people/users/queries.ts';
import {
  assertActive,
  assertInvited,
  assertNotBeyond,
  assertOthersPassword,
} from '#server/people/users/rules.ts';
import type { InviteLinkView, ResetLinkView, UserIdInput } from '#server/people/users/schema.ts';
import type { Secret } from '#server/secret.ts';

export type LinkPurpose = 'invite' | 'reset';

/**
 * Makes a new invite in place of the one before: where passwords are off also for those who have joined, as their way to link
 * a sign-in anew. Throws `not_found`, `already_joined`, `user_deactivated`, `permission_denied`.
 */
export function inviteAgain(ctx: PersonCtx, { id }: UserIdInput): Promise<InviteLinkView> {
  return ctx.change(async (tx) => {
    const { user } = await lockForChange(tx, ctx, id);
    assertNotBeyond(ctx.principal.permissions, user);
    assertActive(user);
    if (ctx.runtime.config.ways.password) assertInvited(user);
    const { url, mailed } = await issueLink(tx, ctx, user, 'invite');
    await recordAudit(tx, ctx, { action: 'user.invite', resource: userResource(user), detail: { mailed } });
    return { inviteUrl: url, mailed };
  });
}

/** Makes a link by which somebody chooses a new password. Throws `not_found`, `own_account`, `user_deactivated`, `permission_denied`. */
export function resetPassword(ctx: PersonCtx, { id }: UserIdInput): Promise<ResetLinkView> {
  return ctx.change(async (tx) => {
    const { user } = await lockForChange(tx, ctx, id);
    assertOthersPassword(ctx.principal.user.id, id);
    assertNotBeyond(ctx.principal.permissions, user);
    assertActive(user);
    const { url, mailed } = await issueLink(tx, ctx, user, 'reset');
    await recordAudit(tx, ctx, {
      action: 'user.reset_password',
      resource: userResource(user),
      detail: { mailed },
    });
    return { resetUrl: url, mailed };
  });
}

/** A link in place of all earlier ones of its kind, on its way by e-mail too where mail is configured. */
export async function issueLink(
  tx: Transaction,
  ctx: PersonCtx,
  user: UserRow,
  purpose: LinkPurpose,
): Promise<{ url: string; mailed: boolean }> {
  const holder = { tenantId: user.tenantId as TenantId, userId: user.id };
  await endCodes(tx, holder, purpose, ctx.now());
  const issuer = issuerOf(ctx.principal);
  const requiresPlatformAdmin = user.tenantId !== ctx.principal.tenantId;
  const code = await issueCode(
    tx,
    { ...holder, purpose, lifeMs: codeLifeMs[purpose], issuer, requiresPlatformAdmin },
    ctx.now(),
  );
  await queueMail(tx, ctx.runtime, { kind: purpose, ...holder });
  return { url: linkOf(ctx.runtime, purpose, code), mailed: isMailConfigured(ctx.runtime) };
}

/** The page that a code opens. What follows `#` is sent to no server, so no log, proxy or referrer ever has it. */
export function linkOf({ config }: Runtime, purpose: LinkPurpose, code: Secret): string {
  return `${config.url.origin}/${purpose}#code=${code.reveal()}`;
}
