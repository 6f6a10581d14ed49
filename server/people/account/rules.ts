import type { WaysView } from '#server/core/sessions/schema.ts';
import { AppError } from '#server/errors.ts';

/** Throws `last_way_in` when somebody could not sign in any more: a way by an issuer needs an identity there. */
export function assertWayRemains({ ways }: WaysView, identities: number): void {
  if (ways.some((way) => way !== 'oidc' || identities > 0)) return;
  throw new AppError('last_way_in', 'This is your only way to sign in. Add another one first.');
}
