import { randomUUIDv7 } from 'node:crypto';
import type { Transaction } from '#db/client.ts';
import type { AnyoneCtx } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { auditRow, recordAudit, stranger } from '#server/core/audit/record.ts';
import { AppError, notFound } from '#server/errors.ts';
import { startSession, type StartedSession } from '#server/people/sign-in/start.ts';
import type { Identity } from '#server/people/sso/discover.ts';
import { findHolder } from '#server/people/sso/link.ts';
import { insertIdentity, listIdentitiesAt, touchIdentity, wasUnlinked } from '#server/people/sso/queries.ts';
import { assertKnown, assertVerified, nameFor } from '#server/people/sso/rules.ts';
import { addUser } from '#server/people/users/commands.ts';
import { findAccountByEmail, lockAccountById } from '#server/people/users/find-account.ts';
import type { UserRow } from '#server/people/users/queries.ts';

/**
 * Signs in the person behind an identity: the account that it is linked to, or else the one with its verified e-mail address,
 * which is linked to it from then on. An account is found by address once: after that only its owner, signed in, or an
 * admin's invite links another identity, or the same one again.
 * Throws `oidc_unverified`, `oidc_unvouched`, `oidc_no_email`, `oidc_unknown`, `identity_taken`, `identity_unlinked`,
 * `identity_retired`, `account_deactivated`, `tenant_suspended`.
 */
export async function startByIdentity(
  tx: Transaction,
  ctx: AnyoneCtx,
  identity: Identity,
): Promise<StartedSession> {
  const holder = await findHolder(tx, identity, ctx.now());
  const user = holder ? await lock(tx, holder.user) : await findByEmail(tx, ctx, identity);
  if (user.deactivatedAt)
    throw new AppError(
      'account_deactivated',
      'This account is deactivated. Ask an admin to switch it on again.',
    );
  if (holder?.isRetired)
    throw new AppError(
      'identity_retired',
      'This Keyward was restored from a backup. Sign in another way, then link this sign-in again on your account page.',
    );
  const { authenticatedAt } = identity;
  const started = await startSession(tx, ctx, { user, method: 'oidc', authenticatedAt });
  if (holder && !(await touchIdentity(tx, holder.id, ctx.now()))) throw unlinked();
  return started;
}

/** Kept as what a stranger did: whom they claimed to be is not known to be true. */
export function noteOidcFailure(ctx: AnyoneCtx, { code }: AppError): void {
  const actor = stranger(ctx.runtime.defaultTenantId);
  const entry = { action: 'auth.login_failed', outcome: 'denied', code, actor } as const;
  ctx.runtime.auditQueue.addRefusal(auditRow(ctx, { ...entry, detail: { method: 'oidc' } }));
}

async function findByEmail(tx: Transaction, ctx: AnyoneCtx, identity: Identity): Promise<UserRow> {
  const email = assertVerified(identity, trustedDomains(ctx));
  if (await wasUnlinked(tx, identity.issuer, identity.subject)) throw unlinked();
  const found = await findAccountByEmail(tx, email);
  const user = found ? await lock(tx, found) : await addNewcomer(tx, ctx, identity, email);
  await linkByAddress(tx, ctx, identity, user);
  return user;
}

async function linkByAddress(
  tx: Transaction,
  ctx: AnyoneCtx,
  { issuer, subject, email }: Identity,
  user: UserRow,
): Promise<void> {
  const holder = { tenantId: user.tenantId as TenantId, userId: user.id };
  const before = await listIdentitiesAt(tx, holder, issuer);
  // The same address, but another person there: it was reassigned meanwhile.
  if (before.some(({ unlinkedAt }) => !unlinkedAt)) throw identityTaken();
  if (before.length > 0) throw unlinked();
  const at = ctx.now();
  const row = { ...holder, id: randomUUIDv7(), issuer, subject, email, linkedAt: at, lastUsedAt: at };
  if (!(await insertIdentity(tx, row))) throw identityTaken();
  const actor = { kind: 'user', id: user.id, label: user.email, tenantId: holder.tenantId } as const;
  const resource = { type: 'user', id: user.id, label: user.email };
  await recordAudit(tx, ctx, {
    action: 'user.link_identity',
    actor,
    resource,
    detail: { issuer, email, by: 'address' },
  });
}

/** Before anything of theirs is locked, as unlinking does; so that neither misses what the other did. */
async function lock(tx: Transaction, { tenantId, id }: UserRow): Promise<UserRow> {
  const user = await lockAccountById(tx, tenantId, id);
  if (!user) throw notFound('user');
  return user;
}

function addNewcomer(tx: Transaction, ctx: AnyoneCtx, identity: Identity, email: string): Promise<UserRow> {
  const { config, defaultTenantId: tenantId } = ctx.runtime;
  assertKnown(email, config.oidc?.autoCreateDomains ?? []);
  const person = {
    tenantId,
    email,
    name: nameFor(identity, email),
    role: 'viewer',
    passwordHash: null,
  } as const;
  return addUser(tx, ctx, person, { kind: 'system', id: null, label: config.oidc?.name ?? 'OpenID Connect' });
}

export const trustedDomains = ({ runtime }: AnyoneCtx) => runtime.config.oidc?.trustedEmailDomains ?? [];

export const identityTaken = () =>
  new AppError(
    'identity_taken',
    'This account is linked to another identity there. Sign in another way, and look at your account page.',
  );

const unlinked = () =>
  new AppError(
    'identity_unlinked',
    'This sign-in was unlinked from its account. Sign in another way and link it on your account page, or ask an admin for an invite link.',
  );
