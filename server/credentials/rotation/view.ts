import type { rotations } from '#db/schema/agents.ts';
import type { RotationView } from '#server/credentials/rotation/schema.ts';

export type RotationRow = typeof rotations.$inferSelect;

/** A rotation as its readers see it. `graceEndsAt`: until when the secret that it replaced works; null: it does not. */
export function toRotationView(row: RotationRow, graceEndsAt: Date | null): RotationView {
  const { id, agentId, epoch, state, cause, requestedBy, failure, failureText } = row;
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  return {
    id,
    agentId,
    epoch,
    state,
    cause,
    requestedBy,
    failure,
    failureText,
    createdAt: row.createdAt.toISOString(),
    stagedAt: iso(row.stagedAt),
    deliveredAt: iso(row.deliveredAt),
    persistedAt: iso(row.persistedAt),
    promotedAt: iso(row.promotedAt),
    endedAt: iso(row.endedAt),
    graceEndsAt: iso(graceEndsAt),
  };
}
