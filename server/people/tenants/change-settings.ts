import type { Ctx } from '#server/core/access/context.ts';
import { changedFields } from '#server/core/audit/changes.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { notFound } from '#server/errors.ts';
import {
  findSettings,
  findSettingsForUpdate,
  hasDailyAgents,
  updateTenantRow,
  type SettingsRow,
} from '#server/people/tenants/queries.ts';
import { assertReplaceable } from '#server/people/tenants/rules.ts';
import type { SettingsView, UpdateSettingsInput } from '#server/people/tenants/schema.ts';
import { toSettingsView } from '#server/people/tenants/view.ts';

/** What the asker's tenant has decided on tokens. */
export async function getSettings({ runtime, principal }: Ctx): Promise<SettingsView> {
  const tenant = await findSettings(runtime.db, principal.tenantId);
  if (!tenant) throw notFound('tenant');
  return toSettingsView(tenant, runtime.config);
}

/**
 * Changes some of it. Tokens that exist already are left as they are, and secrets of agents until they are replaced. Throws
 * `validation_failed` where secrets would end at the moment at which they are due.
 */
export function updateSettings(ctx: Ctx, input: UpdateSettingsInput): Promise<SettingsView> {
  const { tenantId } = ctx.principal;
  const { config } = ctx.runtime;
  const columns = toColumns(input);
  return ctx.change(async (tx) => {
    const tenant = await findSettingsForUpdate(tx, tenantId);
    if (!tenant) throw notFound('tenant');
    const changes = changedFields(tenant, columns);
    if (Object.keys(changes).length === 0) return toSettingsView(tenant, config);
    assertReplaceable(withChanges(tenant, columns), await hasDailyAgents(tx, tenantId));
    await updateTenantRow(tx, tenantId, columns);
    const resource = { type: 'tenant', id: tenantId, label: tenant.name };
    await recordAudit(tx, ctx, { action: 'settings.update', resource, detail: { changes } });
    const changed = await findSettings(tx, tenantId);
    return toSettingsView(changed ?? tenant, config);
  });
}

const toColumns = ({ rateLimit, ...columns }: UpdateSettingsInput) =>
  rateLimit === undefined
    ? columns
    : {
        ...columns,
        callsPerSecond: rateLimit?.perSecond ?? null,
        callsAtOnce: rateLimit?.atOnce ?? null,
      };

const withChanges = (
  { agentRotationDays, agentOverdueDays }: SettingsRow,
  columns: Pick<UpdateSettingsInput, 'agentRotationDays' | 'agentOverdueDays'>,
) => ({
  agentRotationDays: columns.agentRotationDays ?? agentRotationDays,
  agentOverdueDays: columns.agentOverdueDays ?? agentOverdueDays,
});
