/** What is said of a round trip to the issuer that did not end in a session, by the code that it came back with. */
const words: Record<string, string> = {
  oidc_denied: 'You were not signed in there, or it did not let you on. Try again, or sign in another way.',
  oidc_failed: 'Signing in was broken off, or took too long. Start again.',
  oidc_unavailable: 'The sign-in service does not answer. Try again in a while, or sign in another way.',
  oidc_unverified: 'Your e-mail address is not confirmed there. Confirm it, then sign in again.',
  oidc_misconfigured:
    'Signing in there is not configured correctly. Ask an admin to fix it: the server’s log says what is wrong.',
  oidc_unvouched:
    'Your sign-in does not say whether your e-mail address is confirmed. Ask an admin: a setting decides whose addresses are taken.',
  oidc_no_email:
    'No e-mail address came with your sign-in, or none that can be used here. Ask an admin to invite you with the address you have there.',
  oidc_other_address:
    'The invite is for another e-mail address than the one you signed in with. Open it again, and sign in there with the address that was invited.',
  oidc_stale: 'You were not asked to sign in again there. Sign out there, then try again.',
  code_invalid:
    'This invite does not work any more. If you have joined already, sign in. If not, ask an admin for a new one.',
  identity_unlinked:
    'This sign-in was unlinked from its account. Sign in another way and link it on your account page, or ask an admin for an invite link.',
  tenant_suspended: 'This organisation is suspended. Ask the operator of this server why.',
  oidc_unknown: 'Nobody here has the e-mail address you signed in with. Ask an admin to add you.',
  rate_limited: 'Too many tries from where you are. Wait a few minutes, then start again.',
  account_deactivated: 'This account is deactivated. Ask an admin to switch it on again.',
  identity_taken:
    'Your account here is linked to somebody else there. Sign in another way, and look at your account page.',
  identity_retired:
    'This Keyward was restored from a backup. Sign in another way, then link this sign-in again on your account page.',
};

export const oidcWords = (code: string | null) =>
  code === null ? null : (words[code] ?? 'Signing in did not work. Start again.');
