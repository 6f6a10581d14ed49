import type { Config } from '#server/config.ts';
import type { TenantRow } from '#server/people/tenants/queries.ts';
import type { SettingsView } from '#server/people/tenants/schema.ts';

export function toSettingsView(row: TenantRow, config: Config): SettingsView {
  const { maxTokenDays, allowEternalTokens, disableOnReuse, callsPerSecond, callsAtOnce } = row;
  return {
    maxTokenDays,
    allowEternalTokens,
    disableOnReuse,
    rateLimit: callsPerSecond && callsAtOnce ? { perSecond: callsPerSecond, atOnce: callsAtOnce } : null,
    installation: {
      rateLimit: config.rateLimits.token,
      auditRetentionDays: config.auditRetentionDays ?? null,
    },
  };
}
