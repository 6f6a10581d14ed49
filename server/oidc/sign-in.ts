import { randomUUIDv7 } from 'node:crypto';
import type { Transaction } from '#db/client.ts';
import type { AnyoneCtx } from '#server/access/context.ts';
import type { TenantId } from '#server/access/principal.ts';
import { auditRow, stranger } from '#server/audit/record.ts';
import { AppError } from '#server/errors.ts';
import type { Identity } from '#server/oidc/discover.ts';
import { findHolder } from '#server/oidc/link.ts';
import { hasIdentityAt, insertIdentity, touchIdentity } from '#server/oidc/queries.ts';
import { assertKnown, assertVerified, nameFor } from '#server/oidc/rules.ts';
import { startSession, type StartedSession } from '#server/sessions/start.ts';
import { addUser } from '#server/users/commands.ts';
import { findAccountByEmail } from '#server/users/find-account.ts';
import type { UserRow } from '#server/users/queries.ts';

/**
 * Signs in whoever the issuer says came: by their identity there, or else by a verified e-mail address, which is then tied
 * to that identity for good. Throws `oidc_unverified`, `oidc_unknown`, `identity_taken`, `account_deactivated`,
 * `identity_retired`.
 */
export async function startByIdentity(
  tx: Transaction,
  ctx: AnyoneCtx,
  identity: Identity,
): Promise<StartedSession> {
  const holder = await findHolder(tx, identity, ctx.now());
  const user = holder?.user ?? (await findByEmail(tx, ctx, identity));
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
  const started = await startSession(tx, ctx, user, 'oidc');
  if (holder) await touchIdentity(tx, holder.id, ctx.now());
  return started;
}

/** Kept as what a stranger did: whom they claimed to be is not known to be true. */
export function noteOidcFailure(ctx: AnyoneCtx, { code }: AppError): void {
  const actor = stranger(ctx.runtime.defaultTenantId);
  const entry = { action: 'auth.login_failed', outcome: 'denied', code, actor } as const;
  ctx.runtime.auditQueue.addRefusal(auditRow(ctx, { ...entry, detail: { method: 'oidc' } }));
}

async function findByEmail(tx: Transaction, ctx: AnyoneCtx, identity: Identity): Promise<UserRow> {
  const email = assertVerified(identity);
  const user = (await findAccountByEmail(tx, email)) ?? (await addNewcomer(tx, ctx, identity, email));
  const holder = { tenantId: user.tenantId as TenantId, userId: user.id };
  const at = ctx.now();
  const { issuer, subject } = identity;
  const row = { ...holder, id: randomUUIDv7(), issuer, subject, email, linkedAt: at, lastUsedAt: at };
  // The same address, but another person there: it was given to somebody else meanwhile.
  if ((await hasIdentityAt(tx, holder, issuer)) || !(await insertIdentity(tx, row)))
    throw new AppError(
      'identity_taken',
      'This account is linked to somebody else there. Sign in another way, and look at your account page.',
    );
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
