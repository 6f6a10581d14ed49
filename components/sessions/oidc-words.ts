/** What is said of a round trip to the issuer that did not end in a session, by the code that it came back with. */
const words: Record<string, string> = {
  oidc_denied: 'You were not signed in there, or it did not let you on. Try again, or sign in another way.',
  oidc_failed: 'Signing in was broken off, or took too long. Start again.',
  oidc_unavailable: 'The sign-in service does not answer. Try again in a while, or sign in another way.',
  oidc_unverified: 'Your e-mail address is not confirmed there. Confirm it, then sign in again.',
  oidc_unknown: 'Nobody here has the e-mail address you signed in with. Ask an admin to add you.',
  too_many_attempts: 'Too many tries from where you are. Wait a few minutes, then start again.',
  account_deactivated: 'This account is deactivated. Ask an admin to switch it on again.',
  identity_taken:
    'Your account here is linked to somebody else there. Sign in another way, and look at your account page.',
  identity_retired:
    'This Keyward was restored from a backup. Sign in another way, then link this sign-in again on your account page.',
};

export const oidcWords = (code: string | null) =>
  code === null ? null : (words[code] ?? 'Signing in did not work. Start again.');
