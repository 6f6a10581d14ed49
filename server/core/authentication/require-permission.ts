import type { AnyoneCtx, Ctx, PersonCtx } from '#server/core/access/context.ts';
import { isMachinePermission, type MachinePermission } from '#server/core/access/permissions.ts';
import type { Permission } from '#server/core/access/schema.ts';
import { noteDenied } from '#server/core/authentication/note-denied.ts';
import { AppError, tenantSuspended } from '#server/errors.ts';

/** Who asks once a permission was found: one that no key or agent can hold, a person. */
export type HolderCtx<P extends Permission> = P extends MachinePermission ? Ctx : PersonCtx;

/**
 * The guard of every door: denies a caller without the permission and audits the denial. Throws `unauthenticated`,
 * `session_required` where only a person can hold it, `permission_denied`.
 */
export function requirePermission<P extends Permission>(ctx: AnyoneCtx, permission: P): HolderCtx<P> {
  const signed = requireSignedIn(ctx);
  const known = isMachinePermission(permission) ? signed : assertPerson(signed);
  const { permissions, origin } = known.principal;
  // A permission that is known says who holds it, which the compiler cannot follow.
  if (permissions.has(permission)) return known as HolderCtx<P>;
  const who = origin.kind === 'credential' ? 'this token' : 'your role';
  const refusal = new AppError(
    'permission_denied',
    `This needs the permission ${permission}, which ${who} does not have.`,
  );
  noteDenied(known, refusal, { permission });
  throw refusal;
}

/** For what anyone may do who is known. Throws `unauthenticated`, `tenant_suspended`. */
export function requireSignedIn(ctx: AnyoneCtx): Ctx {
  if (isSignedIn(ctx)) return ctx;
  throw signInFirst(ctx.request);
}

/** Why an anonymous request cannot be answered. */
export function signInFirst({ isOfSuspended }: Pick<AnyoneCtx['request'], 'isOfSuspended'>): AppError {
  if (isOfSuspended) return tenantSuspended();
  return new AppError('unauthenticated', 'Sign in, or send a token as "Authorization: Bearer <token>".');
}

/** For what only a person can do, by a session or a token of theirs. Throws `session_required`. */
export function assertPerson(ctx: Ctx): PersonCtx {
  if (isPerson(ctx)) return ctx;
  throw new AppError(
    'session_required',
    'Only a person can do this. Sign in to Keyward in a browser, or use a personal token.',
  );
}

function isSignedIn(ctx: AnyoneCtx): ctx is Ctx {
  return ctx.principal !== null;
}

function isPerson(ctx: Ctx): ctx is PersonCtx {
  return ctx.principal.kind === 'user';
}
