import { randomUUIDv7 } from 'node:crypto';
import type { Transaction } from '#db/client.ts';
import { canonicalEmail } from '#server/account-schema.ts';
import type { AnyoneCtx } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { AppError } from '#server/errors.ts';
import { redeemInvite } from '#server/people/invites/redeem-links.ts';
import { startSession, type StartedSession } from '#server/people/sign-in/start.ts';
import type { Identity } from '#server/people/sso/discover.ts';
import { findHolder } from '#server/people/sso/link.ts';
import { insertIdentity, listIdentitiesAt, reviveIdentity } from '#server/people/sso/queries.ts';
import { assertVerified } from '#server/people/sso/rules.ts';
import { identityTaken, trustedDomains } from '#server/people/sso/sign-in.ts';
import type { UserRow } from '#server/people/users/queries.ts';

/**
 * Lets an invited person in by who they are at the issuer, and links that to their account: all that was linked, unlinked or
 * retired there before, since an admin has just invited them. The identity needs the account's own verified e-mail address, or
 * the account had it before. Throws `code_invalid`, `oidc_other_address`, `identity_taken`,
 * `oidc_unverified`, `oidc_unvouched`, `oidc_no_email`, `tenant_suspended`.
 */
export async function acceptByIdentity(
  tx: Transaction,
  ctx: AnyoneCtx,
  { identity, code }: { identity: Identity; code: string },
): Promise<StartedSession> {
  const { user, by } = await redeemInvite(tx, ctx, { code });
  await linkInvited(tx, ctx, { identity, user });
  const { authenticatedAt } = identity;
  return startSession(tx, ctx, { user, method: 'oidc', issuedBy: by, authenticatedAt });
}

async function linkInvited(
  tx: Transaction,
  ctx: AnyoneCtx,
  { identity, user }: { identity: Identity; user: UserRow },
): Promise<void> {
  const { issuer, subject, email } = identity;
  const holder = { tenantId: user.tenantId as TenantId, userId: user.id };
  const linked = await findHolder(tx, identity, ctx.now());
  if (linked && linked.user.id !== user.id) throw identityTaken();
  const before = await listIdentitiesAt(tx, holder, issuer);
  if (!before.some((one) => one.subject === subject)) assertSameAddress(ctx, identity, user);
  if (linked && !linked.isRetired) return;
  const at = ctx.now();
  const row = { ...holder, id: randomUUIDv7(), issuer, subject, email, linkedAt: at, lastUsedAt: at };
  if (linked) await reviveIdentity(tx, holder, { id: linked.id, at });
  else if (!(await insertIdentity(tx, row))) throw identityTaken();
  await recordAudit(tx, ctx, {
    action: 'user.link_identity',
    actor: { kind: 'user', id: user.id, label: user.email, tenantId: holder.tenantId },
    resource: { type: 'user', id: user.id, label: user.email },
    detail: { issuer, email, by: 'invite' },
  });
}

function assertSameAddress(ctx: AnyoneCtx, identity: Identity, user: UserRow): void {
  const email = assertVerified(identity, trustedDomains(ctx));
  if (canonicalEmail(email) === canonicalEmail(user.email)) return;
  throw new AppError(
    'oidc_other_address',
    'This invite is for another e-mail address than the one you signed in with. Sign in there with the address that was invited.',
  );
}
