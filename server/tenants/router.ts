import { noInput } from '#server/access/schema.ts';
import { getSettings, updateSettings } from '#server/tenants/commands.ts';
import { settingsView, updateSettingsInput } from '#server/tenants/schema.ts';
import { permitted, rest, router } from '#server/trpc/init.ts';

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
