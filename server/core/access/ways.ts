import type { Config, OpenWays } from '#server/config.ts';
import { AppError, notFound } from '#server/errors.ts';

/**
 * Throws `passwords_off` where no password may be used or set, `not_found` for another way to sign in that is closed. It looks
 * at nothing but the settings, so that the answer is the same for every account.
 */
export function assertWayOpen({ ways, oidc }: Config, way: keyof OpenWays): void {
  if (ways[way]) return;
  if (way !== 'password') throw notFound('way to sign in');
  const others = [oidc && `with ${oidc.name}`, ways.magic && 'by a mailed link'].filter(Boolean);
  throw new AppError('passwords_off', `Passwords are off here. Sign in ${others.join(' or ')}.`);
}
