import type { Holder } from '#server/core/access/permissions.ts';
import type { Grant, Resources } from '#server/core/access/schema.ts';
import type { ExplainedRow } from '#server/credentials/access-review/queries.ts';
import type { ExplainedCredential } from '#server/credentials/access-review/rules.ts';

/** A row as the rules judge it. */
export function toExplained(row: ExplainedRow): ExplainedCredential {
  const { permissions, resources, deactivatedAt, suspendedAt, pausedAt, ...same } = row;
  return {
    ...same,
    grant: permissions as Grant,
    resources: resources as Resources | null,
    holder: holderOf(row),
    ownerActive: deactivatedAt === null,
    tenantSuspended: suspendedAt !== null,
    paused: pausedAt !== null,
  };
}

function holderOf({ kind, role, isPlatformAdmin }: ExplainedRow): Holder {
  if (kind === 'key' || role === null) return { kind: 'key' };
  return kind === 'agent'
    ? { kind, role }
    : { kind: 'user', role, isPlatformAdmin: isPlatformAdmin ?? false };
}
