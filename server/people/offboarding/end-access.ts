import type { PersonCtx } from '#server/core/access/context.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { endCodes } from '#server/core/one-time-codes/consume.ts';
import { endSessionOf, endSessionsOfUser } from '#server/core/sessions/end.ts';
import { findOwnedAgents } from '#server/credentials/agents/find-owned-agents.ts';
import { countUnrevoked, syncOwnersSoon } from '#server/credentials/tokens/sync-owners.ts';
import { notFound } from '#server/errors.ts';
import { unlinkAll } from '#server/people/sso/link.ts';
import { hashNewPassword, tellOfFirstPassword } from '#server/people/users/accept-password.ts';
import { openChosenPassword, viewUser } from '#server/people/users/commands.ts';
import { findHoldings, noHoldings } from '#server/people/users/find-holdings.ts';
import { lockForChange, userResource } from '#server/people/users/lock.ts';
import { updateUserRow } from '#server/people/users/queries.ts';
import {
  assertAdminRemains,
  assertNotBeyond,
  assertNotSelf,
  assertOthersPassword,
  assertPlatformAdminRemains,
} from '#server/people/users/rules.ts';
import type {
  DeactivatedUserView,
  DeactivateUserInput,
  SetPasswordInput,
  UserIdInput,
  UserSessionInput,
} from '#server/people/users/schema.ts';

/**
 * Switches a person off: their sessions end, and so do the links that they hold or made; their credentials are refused at
 * once. Repeating it changes nothing. Throws `not_found`, `own_account`, `last_admin`.
 */
export function deactivateUser(
  ctx: PersonCtx,
  { id, reason }: DeactivateUserInput,
): Promise<DeactivatedUserView> {
  const owner = { tenantId: ctx.principal.tenantId, userId: id };
  return ctx.change(async (tx) => {
    const { user, otherAdmins } = await lockForChange(tx, ctx, id);
    if (user.deactivatedAt) return { ...(await viewUser(tx, owner.tenantId, id)), cutOff: noHoldings };
    assertNotSelf(ctx.principal.user.id, user.id, 'deactivate');
    if (user.role === 'admin') assertAdminRemains(otherAdmins.length);
    if (user.platformAdmin) assertPlatformAdminRemains(otherAdmins);
    const cutOff = await findHoldings(tx, owner, ctx.now());
    await updateUserRow(tx, owner.tenantId, id, {
      deactivatedAt: ctx.now(),
      deactivatedBy: ctx.principal.user.id,
      deactivateReason: reason ?? null,
    });
    await endSessionsOfUser(tx, id);
    await recordAudit(tx, ctx, {
      action: 'user.deactivate',
      resource: userResource(user),
      detail: { reason: reason ?? null, cutOff: cutOff.counts },
    });
    return { ...(await viewUser(tx, owner.tenantId, id)), cutOff };
  });
}

/**
 * Takes a person away for good. Their row, their tokens and their audit trail stay, their e-mail address becomes free, and
 * all they held is refused at once: their tokens count as revoked from here on, and a job writes it into each. Throws `not_found`, `own_account`, `last_admin`.
 */
export function deleteUser(ctx: PersonCtx, { id }: UserIdInput): Promise<null> {
  const owner = { tenantId: ctx.principal.tenantId, userId: id };
  return ctx.change(async (tx) => {
    const { user, otherAdmins } = await lockForChange(tx, ctx, id);
    assertNotSelf(ctx.principal.user.id, user.id, 'delete');
    if (user.role === 'admin' && !user.deactivatedAt) assertAdminRemains(otherAdmins.length);
    if (user.platformAdmin && !user.deactivatedAt) assertPlatformAdminRemains(otherAdmins);
    const sessions = await endSessionsOfUser(tx, id);
    const tokens = await countUnrevoked(tx, owner);
    const { count: agents } = await findOwnedAgents(tx, owner, 1);
    await unlinkAll(tx, owner, ctx.now());
    await updateUserRow(tx, owner.tenantId, id, { deletedAt: ctx.now(), passwordHash: null });
    const detail = { revoked: { sessions, tokens, agents } };
    await recordAudit(tx, ctx, { action: 'user.delete', resource: userResource(user), detail });
    await syncOwnersSoon(tx, ctx.runtime);
    return null;
  });
}

/**
 * Gives a person a password that is good for one sign-in within a day, and ends their sessions and links. Throws `not_found`,
 * `own_account`, `permission_denied`, `validation_failed`.
 */
export async function setPassword(ctx: PersonCtx, { id, password }: SetPasswordInput): Promise<null> {
  const owner = { tenantId: ctx.principal.tenantId, userId: id };
  const { email } = await viewUser(ctx.runtime.db, owner.tenantId, id);
  assertOthersPassword(ctx.principal.user.id, id);
  const passwordHash = await hashNewPassword(ctx.runtime, { password, email });
  return ctx.change(async (tx) => {
    const { user } = await lockForChange(tx, ctx, id);
    assertNotBeyond(ctx.principal.permissions, user);
    await updateUserRow(tx, owner.tenantId, id, { passwordHash, passwordChosenByAdmin: true });
    await tellOfFirstPassword(tx, ctx, user);
    const sessions = await endSessionsOfUser(tx, id);
    await endCodes(tx, owner, undefined, ctx.now());
    await openChosenPassword(tx, ctx, id);
    const detail = { revoked: { sessions } };
    await recordAudit(tx, ctx, { action: 'user.set_password', resource: userResource(user), detail });
    return null;
  });
}

/** Signs somebody out everywhere. Throws `not_found`. */
export function revokeSessions(ctx: PersonCtx, { id }: UserIdInput): Promise<{ revoked: number }> {
  return ctx.change(async (tx) => {
    const { user } = await lockForChange(tx, ctx, id);
    const revoked = await endSessionsOfUser(tx, id);
    if (revoked > 0) {
      const detail = { sessions: revoked };
      await recordAudit(tx, ctx, { action: 'session.revoke', resource: userResource(user), detail });
    }
    return { revoked };
  });
}

/** Signs somebody out of one browser. Throws `not_found`. */
export function revokeSession(ctx: PersonCtx, { id, sessionId }: UserSessionInput): Promise<null> {
  const owner = { tenantId: ctx.principal.tenantId, userId: id };
  return ctx.change(async (tx) => {
    const { user } = await lockForChange(tx, ctx, id);
    if (!(await endSessionOf(tx, owner, sessionId))) throw notFound('session');
    const detail = { session: sessionId };
    await recordAudit(tx, ctx, { action: 'session.revoke', resource: userResource(user), detail });
    return null;
  });
}
