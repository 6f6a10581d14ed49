import type { Resources } from '#server/core/access/schema.ts';
import type { KeyRow } from '#server/credentials/api-keys/queries.ts';
import type { KeyGrant, KeyView } from '#server/credentials/api-keys/schema.ts';
import { isInGrace, tokenStatus } from '#server/credentials/tokens/rules.ts';

export function toKeyView(row: KeyRow, at: Date): KeyView {
  const {
    callsPerSecond: perSecond,
    callsAtOnce: atOnce,
    makerId,
    makerLabel,
    place: _,
    isBlocked: __,
    ...rest
  } = row;
  const { revokedBy, revokedByLabel, secretSince, graceEndsAt, permissions, ...same } = rest;
  return {
    ...same,
    permissions: permissions as KeyGrant,
    resources: row.resources as Resources,
    status: tokenStatus(row, at),
    limits: { rate: perSecond && atOnce ? { perSecond, atOnce } : null },
    createdAt: row.createdAt.toISOString(),
    createdBy: { id: makerId, label: makerLabel },
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    revokedBy: revokedBy ? { id: revokedBy, label: revokedByLabel ?? '' } : null,
    rotation: isInGrace(row, at)
      ? { rotatedAt: secretSince.toISOString(), graceEndsAt: graceEndsAt?.toISOString() ?? '' }
      : null,
  };
}
