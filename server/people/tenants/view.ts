import type { Config } from '#server/config.ts';
import type { SettingsRow, TenantRow } from '#server/people/tenants/queries.ts';
import { purgeTime, tenantStatus } from '#server/people/tenants/rules.ts';
import type { SettingsView, TenantView } from '#server/people/tenants/schema.ts';

export function toSettingsView(row: SettingsRow, config: Config): SettingsView {
  const { name: _, callsPerSecond: __, callsAtOnce: ___, ...decided } = row;
  return {
    ...decided,
    rateLimit: rateOf(row),
    installation: {
      rateLimit: config.rateLimits.token,
      auditRetentionDays: config.auditRetentionDays ?? null,
    },
  };
}

const rateOf = ({ callsPerSecond, callsAtOnce }: Pick<SettingsRow, 'callsPerSecond' | 'callsAtOnce'>) =>
  callsPerSecond && callsAtOnce ? { perSecond: callsPerSecond, atOnce: callsAtOnce } : null;

export function toTenantView(row: TenantRow): TenantView {
  const { id, slug, name, suspendReason, maxTokenDays, users, tokens, keys, agents } = row;
  const { deletedAt, purgedAt } = row;
  return {
    id,
    slug,
    name,
    status: tenantStatus(row),
    createdAt: row.createdAt.toISOString(),
    suspendedAt: row.suspendedAt?.toISOString() ?? null,
    suspendReason,
    deletedAt: deletedAt?.toISOString() ?? null,
    purgeAt: deletedAt && !purgedAt ? purgeTime(deletedAt).toISOString() : null,
    counts: { users, tokens, keys, agents },
    limits: { maxTokenDays, rate: rateOf(row) },
  };
}
