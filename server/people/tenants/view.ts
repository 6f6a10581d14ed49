import type { TenantRow } from '#server/people/tenants/queries.ts';
import type { SettingsView } from '#server/people/tenants/schema.ts';
export function toSettingsView({
  maxTokenDays,
  allowEternalTokens,
  disableOnReuse,
}: TenantRow): SettingsView {
  return { maxTokenDays, allowEternalTokens, disableOnReuse };
}
