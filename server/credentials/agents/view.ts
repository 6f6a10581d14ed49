import type { Resources } from '#server/core/access/schema.ts';
import type { AgentRow } from '#server/credentials/agents/queries.ts';
import type { AgentGrant, AgentView } from '#server/credentials/agents/schema.ts';
import { toRotationView, type RotationRow } from '#server/credentials/rotation/view.ts';

/** `rotation`: its newest. */
export function toAgentView(row: AgentRow, rotation: RotationRow | undefined): AgentView {
  const { ownerLabel, ownerActive, graceEndsAt, codeExpiresAt, ownerRole: _, place: __, ...same } = row;
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  return {
    ...same,
    owner: { id: row.ownerId, label: ownerLabel, active: ownerActive },
    permissions: row.permissions as AgentGrant,
    resources: row.resources as Resources,
    rotateAfter: iso(row.rotateAfter),
    expiresAt: iso(row.expiresAt),
    rotation: rotation ? toRotationView(rotation, rotation.state === 'promoted' ? graceEndsAt : null) : null,
    enrollment: codeExpiresAt && { expiresAt: codeExpiresAt.toISOString() },
    connectedAt: iso(row.connectedAt),
    lastSeenAt: iso(row.lastSeenAt),
    pausedAt: iso(row.pausedAt),
    stuckAt: iso(row.stuckAt),
    cloneSuspectedAt: iso(row.cloneSuspectedAt),
    createdAt: row.createdAt.toISOString(),
  };
}
