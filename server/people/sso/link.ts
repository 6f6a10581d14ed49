import { randomUUIDv7 } from 'node:crypto';
import type { Connection, Transaction } from '#db/client.ts';
import type { AnyoneCtx, PersonCtx } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { AppError, notFound } from '#server/errors.ts';
import type { Identity } from '#server/people/sso/discover.ts';
import {
  findIdentity,
  insertIdentity,
  listIdentities,
  reviveIdentity,
  unlinkIdentityRow,
  unlinkIdentityRows,
  type IdentityHolder,
  type IdentityRow,
} from '#server/people/sso/queries.ts';
import { findAccount, lockAccount } from '#server/people/users/find-account.ts';
import type { UserRow } from '#server/people/users/queries.ts';

/**
 * Links who somebody is at the issuer to the account they are signed in to. Returns the path to go on to.
 * Throws `oidc_failed` when they are no longer who began it, `identity_taken`.
 */
export function linkIdentity(ctx: AnyoneCtx, identity: Identity, userId: string): Promise<string> {
  const { principal } = ctx;
  if (principal?.kind !== 'user' || principal.user.id !== userId || principal.origin.kind !== 'session')
    throw new AppError('oidc_failed', 'You were signed out meanwhile. Start again.');
  const { issuer, subject, email } = identity;
  return ctx.change(async (tx) => {
    const holder = { tenantId: principal.tenantId, userId };
    await lockAccount(tx, principal);
    const row = { ...holder, id: randomUUIDv7(), issuer, subject, email, linkedAt: ctx.now() };
    const linked = await findHolder(tx, identity, ctx.now());
    if (linked ? linked.user.id !== userId : !(await insertIdentity(tx, row)))
      throw new AppError('identity_taken', 'This sign-in belongs to another account of this Keyward.');
    if (linked && !linked.isRetired) return '/account';
    if (linked) await reviveIdentity(tx, holder, { id: linked.id, at: ctx.now() });
    const resource = { type: 'user', id: userId, label: principal.user.email };
    await recordAudit(tx, ctx, { action: 'user.link_identity', resource, detail: { issuer, email } });
    return '/account';
  });
}

/** Who is behind an identity. One of somebody who was deleted before deleting freed it is freed now. */
export async function findHolder(
  tx: Transaction,
  { issuer, subject }: Identity,
  at: Date,
): Promise<{ id: string; user: UserRow; isRetired: boolean } | undefined> {
  const row = await findIdentity(tx, issuer, subject);
  if (!row) return undefined;
  const user = await findAccount(tx, row.tenantId, row.userId);
  if (user) return { id: row.id, user, isRetired: row.retiredAt !== null };
  await unlinkAll(tx, { tenantId: row.tenantId as TenantId, userId: row.userId }, at);
  return undefined;
}

/** Takes an identity off the asker's account. Throws `not_found`. The caller sees to it that a way in remains. */
export async function unlinkIdentity(
  tx: Parameters<typeof unlinkIdentityRow>[0],
  ctx: PersonCtx,
  id: string,
): Promise<IdentityRow> {
  const { tenantId, user } = ctx.principal;
  const row = await unlinkIdentityRow(tx, { tenantId, userId: user.id }, id, ctx.now());
  if (!row) throw notFound('sign-in');
  const resource = { type: 'user', id: user.id, label: user.email };
  const { issuer, email } = row;
  await recordAudit(tx, ctx, { action: 'user.unlink_identity', resource, detail: { issuer, email } });
  return row;
}

/** Frees the identities of somebody who is deleted: they may be added again. */
export function unlinkAll(tx: Transaction, holder: IdentityHolder, at: Date): Promise<void> {
  return unlinkIdentityRows(tx, holder, at);
}

/** What somebody has linked and may sign in by, the oldest first. */
export function listLinked(db: Connection, holder: IdentityHolder): Promise<IdentityRow[]> {
  return listIdentities(db, holder);
}
