import type { Transaction } from '#db/client.ts';
import type { AnyoneCtx, PersonCtx } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { throttle } from '#server/core/lockout/throttle.ts';
import { consumeHeldCode } from '#server/core/one-time-codes/consume.ts';
import type { CodeRow } from '#server/core/one-time-codes/queries.ts';
import { AppError, invalid, notFound } from '#server/errors.ts';
import { isTenantSuspended } from '#server/people/tenants/check-suspended.ts';
import { hashPassword, verifyPassword } from '#server/people/users/password.ts';
import {
  findUser,
  findUserByEmail,
  findUserForUpdate,
  replacePasswordHash,
  updateUserRow,
  type FoundUser,
  type UserRow,
} from '#server/people/users/queries.ts';
import { workingPasswordHash } from '#server/people/users/rules.ts';

export type PasswordCheck =
  | { outcome: 'ok'; user: UserRow }
  | { outcome: 'deactivated' | 'suspended'; user: UserRow }
  | { outcome: 'wrong'; user: UserRow | undefined };

/**
 * Checks who signs in. An unknown e-mail, an account that is `paused` and a password of an admin's choice that has ended
 * cost the time of a wrong password. Rehashes a hash of older parameters.
 */
export async function checkPassword(
  ctx: AnyoneCtx,
  { email, password }: { email: string; password: string },
  paused: boolean,
): Promise<PasswordCheck> {
  const user = await findUserByEmail(ctx.runtime.db, email);
  const hash = user && !paused ? workingPasswordHash(user, ctx.now()) : null;
  const { ok, stale } = await verifyPassword(hash, password);
  if (!user || !ok) return { outcome: 'wrong', user };
  if (user.deactivatedAt) return { outcome: 'deactivated', user };
  if (await isTenantSuspended(ctx.runtime.db, user.tenantId)) return { outcome: 'suspended', user };
  return { outcome: 'ok', user: stale ? await rehash(ctx, user, password) : user };
}

/**
 * The asker's row, once they have given their present password. `field` is what the input calls it.
 * Throws `validation_failed` for a wrong one, `rate_limited`.
 */
export async function provePassword(ctx: PersonCtx, password: string, field: string): Promise<FoundUser> {
  const { tenantId, user, origin } = ctx.principal;
  const found = await findUser(ctx.runtime.db, tenantId, user.id);
  if (!found) throw notFound('user');
  const attempt = await throttle(ctx, 'confirm', { confirm: origin.id, confirms: user.id });
  const { ok } = await verifyPassword(workingPasswordHash(found, ctx.now()), password);
  if (!ok) throw invalid(field, 'This is not your password.');
  await attempt.reset(ctx.runtime.db);
  return found;
}

/**
 * Looks again, under a lock, at someone who has just proved who they are, so that a deactivation or a new password
 * meanwhile leaves no session behind. Throws `login_failed` when something has changed.
 */
export async function lockUnchanged(tx: Transaction, proved: UserRow): Promise<void> {
  const user = await findUserForUpdate(tx, proved.tenantId as TenantId, proved.id);
  if (!user || user.deactivatedAt || user.passwordHash !== proved.passwordHash) {
    throw new AppError('login_failed', 'This account was changed while you signed in. Try again.');
  }
}

/** Has a password that an admin chose serve no second time. Undefined where it has ended meanwhile. */
export async function consumePassword(
  tx: Transaction,
  proved: UserRow,
  at: Date,
): Promise<CodeRow | undefined> {
  const tenantId = proved.tenantId as TenantId;
  const chosen = await consumeHeldCode(tx, { tenantId, userId: proved.id }, 'password', at);
  await lockUnchanged(tx, proved);
  if (chosen) await updateUserRow(tx, tenantId, proved.id, { passwordHash: null });
  return chosen;
}

/** Keeps when somebody last signed in. */
export async function noteSignIn(tx: Transaction, { tenantId, id }: UserRow, at: Date): Promise<void> {
  await updateUserRow(tx, tenantId as TenantId, id, { lastSignInAt: at });
}

async function rehash<T extends UserRow>(ctx: AnyoneCtx, user: T, password: string): Promise<T> {
  const passwordHash = await hashPassword(password);
  const replaced = await replacePasswordHash(ctx.runtime.db, user, passwordHash);
  return replaced ? { ...user, passwordHash } : user;
}
