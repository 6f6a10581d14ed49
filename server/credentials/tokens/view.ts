import type { Grant, Resources } from '#server/core/access/schema.ts';
import type { TokenRow } from '#server/credentials/tokens/queries.ts';
import { isInGrace, tokenStatus } from '#server/credentials/tokens/rules.ts';
import type { TokenView } from '#server/credentials/tokens/schema.ts';
/** `useByDay`: how often it was used on each of the last 30 days. */
export function toTokenView(row: TokenRow, at: Date, useByDay: number[]): TokenView {
  const {
    revokedBy,
    revokedByLabel,
    permissions,
    resources,
    createdAt,
    expiresAt,
    lastUsedAt,
    revokedAt,
    ...rest
  } = row;
  const { secretSince, graceEndsAt, isBlocked: _, place: __, ...same } = rest;
  return {
    ...same,
    permissions: permissions as Grant,
    resources: resources as Resources | null,
    status: tokenStatus(row, at),
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
    revokedBy: revokedBy ? { id: revokedBy, label: revokedByLabel ?? '' } : null,
    rotation: isInGrace(row, at)
      ? { rotatedAt: secretSince.toISOString(), graceEndsAt: graceEndsAt?.toISOString() ?? '' }
      : null,
    useByDay,
  };
}
