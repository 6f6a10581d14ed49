import { credentialRefusals, type CredentialRefusal } from '#server/core/secrets/schema.ts';
import type { TokenHistoryView } from '#server/credentials/tokens/schema.ts';

const words: Record<string, string> = {
  'token.create': 'Made',
  'token.update': 'Changed',
  'token.rotate': 'Rotated',
  'token.end_grace': 'Old secret stopped',
  'token.revoke': 'Revoked',
  'token.disable': 'Disabled: an old secret was used',
  'token.admin_revoke': 'Revoked by an admin',
  'token.admin_disable': 'Disabled by an admin',
  'token.admin_enable': 'Enabled by an admin',
  'notice.dismiss': 'Notice put away',
  'credential.new_ip': 'Used from a new address',
  'credential.exposed': 'Sent in an address',
  'credential.reuse_detected': 'An old secret was used',
};

const refusals: Record<CredentialRefusal, string> = {
  token_revoked: 'revoked',
  token_expired: 'expired',
  token_disabled: 'switched off',
  secret_retired: 'an old secret',
  account_deactivated: 'account deactivated',
  tenant_suspended: 'organisation suspended',
  paused: 'paused',
  ip_not_allowed: 'from an address that is not allowed',
};

/** What an entry of a token's history says. */
export function eventWords({
  action,
  code,
}: Pick<TokenHistoryView['items'][number], 'action' | 'code'>): string {
  const why = credentialRefusals.find((refusal) => refusal === code);
  if (action === 'auth.refused') return `Refused: ${why ? refusals[why] : (code ?? 'unknown')}`;
  return words[action] ?? action;
}
