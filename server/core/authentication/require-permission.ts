import type { AnyoneCtx, Ctx } from '#server/core/access/context.ts';
import type { Permission } from '#server/core/access/schema.ts';
import { noteDenied } from '#server/core/authentication/note-denied.ts';
import { AppError } from '#server/errors.ts';

/** The guard of every door: denies a caller without the permission and audits the denial. Throws `unauthenticated`, `permission_denied`. */
export function requirePermission(ctx: AnyoneCtx, permission: Permission): Ctx {
  const signed = requireSignedIn(ctx);
  const { permissions, origin } = signed.principal;
  if (permissions.has(permission)) return signed;
  const who = origin.kind === 'credential' ? 'this token' : 'your role';
  const refusal = new AppError(
    'permission_denied',
    `This needs the permission ${permission}, which ${who} does not have.`,
  );
  noteDenied(signed, refusal, { permission });
  throw refusal;
}

/** For what anyone may do who is known. Throws `unauthenticated`. */
export function requireSignedIn(ctx: AnyoneCtx): Ctx {
  if (isSignedIn(ctx)) return ctx;
  throw new AppError('unauthenticated', 'Sign in, or send a token as "Authorization: Bearer <token>".');
}

function isSignedIn(ctx: AnyoneCtx): ctx is Ctx {
  return ctx.principal !== null;
}
