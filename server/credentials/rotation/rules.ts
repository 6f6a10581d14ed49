const dayMs = 86_400_000;

/** What of a tenant's settings, and of an agent's own, decides when its secret is replaced. */
export interface RotationTerms {
  /** The agent's own, or its tenant's. */
  rotationDays: number;
  overdueDays: number;
  graceMinutes: number;
}

/** When a secret that is current from a moment on is due to be replaced, when it ends if it is not, and when the one before it does. */
export function rotationDates({ rotationDays, overdueDays, graceMinutes }: RotationTerms, from: Date) {
  const rotateAfter = new Date(from.getTime() + rotationDays * dayMs);
  return {
    rotateAfter,
    expiresAt: new Date(rotateAfter.getTime() + overdueDays * dayMs),
    graceEndsAt: new Date(from.getTime() + graceMinutes * 60_000),
  };
}
