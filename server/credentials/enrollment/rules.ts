import type { SetupStatus } from '#server/credentials/enrollment/schema.ts';

export interface SetupState {
  expiresAt: Date;
  /** When the code was used up or cancelled. */
  consumedAt: Date | null;
  redeemedAt: Date | null;
  healthy: boolean | null;
}

/** What has become of a setup code at a moment. */
export function setupStatus(
  { expiresAt, consumedAt, redeemedAt, healthy }: SetupState,
  at: Date,
): SetupStatus {
  if (redeemedAt) return healthy ? 'healthy' : 'redeemed';
  return consumedAt || expiresAt <= at ? 'expired' : 'waiting';
}
