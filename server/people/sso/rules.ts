import { cutText } from '#server/core/access/schema.ts';
import { AppError } from '#server/errors.ts';
import type { Identity } from '#server/people/sso/discover.ts';
import { userNameSchema } from '#server/people/users/schema.ts';

const domainOf = (email: string) => email.slice(email.lastIndexOf('@') + 1).toLowerCase();

/**
 * The address by which an account may be found. `trustedDomains`: whose addresses count where the issuer does not say.
 * Throws `oidc_no_email`, `oidc_unverified`, `oidc_unvouched`.
 */
export function assertVerified({ email, isVerified }: Identity, trustedDomains: readonly string[]): string {
  if (email === null)
    throw new AppError(
      'oidc_no_email',
      'No e-mail address came with your sign-in, or none that can be used here. Ask an admin to invite you with the address you have there.',
    );
  if (isVerified === false)
    throw new AppError(
      'oidc_unverified',
      'Your e-mail address is not confirmed there. Confirm it, then sign in again.',
    );
  if (isVerified || trustedDomains.includes(domainOf(email))) return email;
  throw new AppError(
    'oidc_unvouched',
    'Your sign-in does not say whether your e-mail address is confirmed. Ask an admin: the setting KEYWARD_OIDC_TRUSTED_EMAIL_DOMAINS decides whose addresses are taken.',
  );
}

/** Throws `oidc_unknown` unless everybody with an address of that domain may come in. */
export function assertKnown(email: string, domains: readonly string[]): void {
  if (domains.includes(domainOf(email))) return;
  throw new AppError('oidc_unknown', 'Nobody here has this e-mail address. Ask an admin to add you.');
}

/** A newcomer's name: theirs there, or what stands before the @. */
export function nameFor({ name }: Identity, email: string): string {
  return userNameSchema.safeParse(name ?? '').data ?? cutText(email.slice(0, email.indexOf('@')), 100);
}

/**
 * Throws `oidc_stale` where the issuer says that it took an earlier sign-in for one that was to be made anew. One that does
 * not say, though it has to, cannot be judged.
 */
export function assertAuthenticatedAnew({ authenticatedAt }: Identity, begunAt: Date): void {
  if (!authenticatedAt || authenticatedAt.getTime() >= begunAt.getTime() - clockSkewMs) return;
  throw new AppError(
    'oidc_stale',
    'The issuer did not ask you to sign in again. Sign out there, then try again.',
  );
}

/** By how much the issuer's clock may be behind. */
const clockSkewMs = 60_000;
