import { noInput } from '#server/core/access/schema.ts';
import { permitted, rest, router } from '#server/core/procedures/builders.ts';
import { getSettings, updateSettings } from '#server/people/tenants/commands.ts';
import { settingsView, updateSettingsInput } from '#server/people/tenants/schema.ts';

export const tenantsRouter = router({
  settings: permitted('settings:write')
    .meta(rest('GET', '/settings', 'Show what is decided on tokens'))
    .input(noInput)
    .output(settingsView)
    .query(({ ctx }) => getSettings(ctx)),
  updateSettings: permitted('settings:write')
    .meta(rest('PATCH', '/settings', 'Decide on tokens'))
    .input(updateSettingsInput)
    .output(settingsView)
    .mutation(({ ctx, input }) => updateSettings(ctx, input)),
});
