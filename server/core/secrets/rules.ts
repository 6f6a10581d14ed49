import { isInRanges } from '#server/core/network/address.ts';
import type { CredentialRefusal } from '#server/core/secrets/schema.ts';

/** What decides whether a credential is good, as the look-up finds it. */
export interface CredentialState {
  revokedAt: Date | null;
  expiresAt: Date | null;
  /** When the secret that was shown stops to work, or stopped to: after a rotation. Null for the current one. */
  secretEndsAt: Date | null;
  /** Until when it works unless it is replaced before: of an agent's. */
  secretExpiresAt: Date | null;
  enabled: boolean;
  ownerActive: boolean;
  tenantSuspended: boolean;
  paused: boolean;
  ipAllowlist: readonly string[];
}

/** Why a credential is refused at a moment and from an address (null: nobody knows): the first reason that applies. */
export function refusalOf(
  state: CredentialState,
  at: Date,
  address: string | null,
): CredentialRefusal | undefined {
  if (state.revokedAt) return 'token_revoked';
  if (state.expiresAt && state.expiresAt <= at) return 'token_expired';
  if (state.secretEndsAt && state.secretEndsAt <= at) return 'secret_retired';
  if (state.secretExpiresAt && state.secretExpiresAt <= at) return 'token_expired';
  if (!state.enabled) return 'token_disabled';
  if (!state.ownerActive) return 'account_deactivated';
  if (state.tenantSuspended) return 'tenant_suspended';
  if (state.paused) return 'paused';
  if (state.ipAllowlist.length > 0 && !(address !== null && isInRanges(address, state.ipAllowlist)))
    return 'ip_not_allowed';
  return undefined;
}

/** As it counts where a secret that has expired may still be shown, to be replaced. */
export function duringRecovery(state: CredentialState, days: number): CredentialState {
  const { secretExpiresAt: end } = state;
  return { ...state, secretExpiresAt: end && new Date(end.getTime() + days * 86_400_000) };
}

type Ends = Pick<CredentialState, 'expiresAt' | 'secretEndsAt' | 'secretExpiresAt'>;

/** When the secret that was shown stops working by itself: the earliest of its own ends and its credential's; null for never. */
export function endOfShown({ expiresAt, secretEndsAt, secretExpiresAt }: Ends): Date | null {
  const ends = [expiresAt, secretEndsAt, secretExpiresAt].filter((end) => end !== null);
  return ends.length === 0 ? null : new Date(Math.min(...ends.map(Number)));
}

/** Whether it would open anything if it were shown now, or once it is switched on again. */
export function isWorking(state: CredentialState, at: Date): boolean {
  const end = endOfShown(state);
  return !state.revokedAt && (end === null || end > at);
}

/** So long after a rotation a machine may still be using the old secret without anything being wrong. */
const stragglingMs = 30_000;

/** Whether a retired secret is used so late that whoever uses it is not its owner's machine that has yet to change over. */
export function isReuse({ secretEndsAt }: Pick<CredentialState, 'secretEndsAt'>, at: Date): boolean {
  return secretEndsAt !== null && at.getTime() - secretEndsAt.getTime() > stragglingMs;
}
