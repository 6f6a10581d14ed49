import type { PersonCtx } from '#server/core/access/context.ts';
import { changedFields } from '#server/core/audit/changes.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { endSessionOf, endSessionsOfUser } from '#server/core/sessions/end.ts';
import { listLiveSessions } from '#server/core/sessions/list-live-sessions.ts';
import { syncOwnersSoon } from '#server/credentials/tokens/sync-owners.ts';
import { notFound } from '#server/errors.ts';
import { assertWayRemains } from '#server/people/account/rules.ts';
import type {
  AccountView,
  OwnIdInput,
  OwnSessionsView,
  SessionsEndedView,
  UpdateAccountInput,
} from '#server/people/account/schema.ts';
import { listWays } from '#server/people/sign-in/commands.ts';
import { listLinked, unlinkIdentity } from '#server/people/sso/link.ts';
import {
  findAccount,
  hasWorkingPassword,
  lockAccount,
  saveAccount,
} from '#server/people/users/find-account.ts';
import type { UserRow } from '#server/people/users/queries.ts';

/** The asker's own account. */
export async function getAccount(ctx: PersonCtx): Promise<AccountView> {
  const { runtime, principal } = ctx;
  const user = await findAccount(runtime.db, principal.tenantId, principal.user.id);
  if (!user) throw notFound('user');
  const identities = await listLinked(runtime.db, ownerOf(ctx));
  return {
    user: { ...principal.user, name: user.name, tenantId: principal.tenantId },
    ...listWays(runtime, hasWorkingPassword(user, ctx.now())),
    openWays: listWays(runtime).ways,
    identities: identities.map(({ id, issuer, email, linkedAt, lastUsedAt }) => ({
      id,
      issuer,
      email,
      linkedAt: linkedAt.toISOString(),
      lastUsedAt: lastUsedAt?.toISOString() ?? null,
    })),
  };
}

/** Changes one's own name. */
export async function updateAccount(ctx: PersonCtx, input: UpdateAccountInput): Promise<AccountView> {
  await ctx.change(async (tx) => {
    const user = await lockAccount(tx, ctx.principal);
    const changes = changedFields(user, input);
    if (Object.keys(changes).length === 0) return;
    await saveAccount(tx, ctx.principal, input);
    await recordAudit(tx, ctx, {
      action: 'user.update',
      resource: accountResource(user),
      detail: { changes },
    });
    await syncOwnersSoon(tx, ctx.runtime);
  });
  return getAccount(ctx);
}

/** Where one is signed in, this session marked. */
export async function listOwnSessions(ctx: PersonCtx): Promise<OwnSessionsView> {
  const { origin } = ctx.principal;
  return { items: await listLiveSessions(ctx.runtime.db, ownerOf(ctx), ctx.now(), origin.id) };
}

/** Ends one of one's own sessions. Throws `not_found`, also for other people's. */
export async function revokeOwnSession(ctx: PersonCtx, { id }: OwnIdInput): Promise<null> {
  return ctx.change(async (tx) => {
    if (!(await endSessionOf(tx, ownerOf(ctx), id))) throw notFound('session');
    await recordAudit(tx, ctx, {
      action: 'session.revoke',
      resource: ownResource(ctx),
      detail: { session: id },
    });
    return null;
  });
}

/** Signs out everywhere but here. Throws `unauthenticated` where this session was ended meanwhile. */
export function revokeOtherSessions(ctx: PersonCtx): Promise<SessionsEndedView> {
  return ctx.change(async (tx) => {
    const { user, origin } = ctx.principal;
    const ended = await endSessionsOfUser(tx, user.id, origin.id);
    if (ended > 0)
      await recordAudit(tx, ctx, { action: 'session.revoke', resource: ownResource(ctx), detail: { ended } });
    return { ended };
  });
}

/** Takes a linked sign-in off the account, as long as another way in remains. Throws `not_found`, `last_way_in`. */
export async function unlink(ctx: PersonCtx, { id }: OwnIdInput): Promise<AccountView> {
  await ctx.change(async (tx) => {
    const user = await lockAccount(tx, ctx.principal);
    await unlinkIdentity(tx, ctx, id);
    const left = await listLinked(tx, ownerOf(ctx));
    assertWayRemains(listWays(ctx.runtime, hasWorkingPassword(user, ctx.now())), left.length);
  });
  return getAccount(ctx);
}

function ownerOf({ principal }: PersonCtx) {
  return { tenantId: principal.tenantId, userId: principal.user.id };
}

function ownResource({ principal }: PersonCtx) {
  return { type: 'user', id: principal.user.id, label: principal.user.email };
}

function accountResource({ id, email }: UserRow) {
  return { type: 'user', id, label: email };
}
