import type { Ctx } from '#server/core/access/context.ts';
import { AppError } from '#server/errors.ts';

const hour = 3_600_000;
export const freshHours = 12;

/**
 * For what must not be done from a browser that somebody left open yesterday. A token is no sign-in: it has an expiry and
 * permissions of its own. Throws `sign_in_again`.
 */
export function assertFreshSignIn(ctx: Pick<Ctx, 'principal' | 'now'>): void {
  const { origin } = ctx.principal;
  if (origin.kind !== 'session') return;
  if (ctx.now().getTime() - origin.signedInAt.getTime() <= freshHours * hour) return;
  throw new AppError('sign_in_again', 'Your sign-in is a while ago. Confirm that it is you, then try again.');
}
