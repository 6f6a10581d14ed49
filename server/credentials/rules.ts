import { isInRanges } from '#server/access/address.ts';
import type { ErrorCode } from '#server/errors.ts';

/** What decides whether a credential is good, as the look-up finds it. */
export interface CredentialState {
  revokedAt: Date | null;
  expiresAt: Date | null;
  enabled: boolean;
  ownerActive: boolean;
  ipAllowlist: readonly string[];
}

/** Why a credential is refused at a moment and from an address: the first reason that applies, or undefined. */
export function refusalOf(state: CredentialState, at: Date, address: string): ErrorCode | undefined {
  if (state.revokedAt) return 'token_revoked';
  if (state.expiresAt && state.expiresAt <= at) return 'token_expired';
  if (!state.enabled) return 'token_disabled';
  if (!state.ownerActive) return 'account_deactivated';
  if (state.ipAllowlist.length > 0 && !isInRanges(address, state.ipAllowlist)) return 'ip_not_allowed';
  return undefined;
}
