import type { SetupCodeRow } from '#server/credentials/enrollment/queries.ts';
import { setupStatus } from '#server/credentials/enrollment/rules.ts';
import type { SetupCodeView } from '#server/credentials/enrollment/schema.ts';
export function toSetupCodeView(row: SetupCodeRow, at: Date): SetupCodeView {
  const { code, credential, createdAt, expiresAt, consumedAt } = row;
  const { id, label, host, os, address, redeemedAt, reportedAt, healthy, version, skills } = code;
  return {
    id,
    label,
    status: setupStatus({ expiresAt, consumedAt, redeemedAt, healthy }, at),
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    redeemedAt: redeemedAt?.toISOString() ?? null,
    host,
    os,
    address,
    credential: credential && { ...credential, revokedAt: credential.revokedAt?.toISOString() ?? null },
    reportedAt: reportedAt?.toISOString() ?? null,
    healthy,
    version,
    skills,
  };
}
