import { cutText } from '#server/access/schema.ts';
import { AppError } from '#server/errors.ts';
import type { Identity } from '#server/oidc/discover.ts';
import { emailSchema, userNameSchema } from '#server/users/schema.ts';

/** The address by which an account may be found. Throws `oidc_unverified` for one that the issuer did not check. */
export function assertVerified({ email, isVerified }: Identity): string {
  const parsed = emailSchema.safeParse(email ?? '').data;
  if (parsed && isVerified) return parsed;
  throw new AppError(
    'oidc_unverified',
    'Your e-mail address is not confirmed there. Confirm it, then sign in again.',
  );
}

/** Throws `oidc_unknown` unless everybody with an address of that domain may come in. */
export function assertKnown(email: string, domains: readonly string[]): void {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  if (domains.includes(domain)) return;
  throw new AppError('oidc_unknown', 'Nobody here has this e-mail address. Ask an admin to add you.');
}

/** A newcomer's name: theirs there, or what stands before the @. */
export function nameFor({ name }: Identity, email: string): string {
  return userNameSchema.safeParse(name ?? '').data ?? cutText(email.slice(0, email.indexOf('@')), 100);
}
