import { noInput } from '#server/core/access/schema.ts';
import { permitted, permittedFreshly, rest, router } from '#server/core/procedures/builders.ts';
import { getSettings, updateSettings } from '#server/people/tenants/change-settings.ts';
import {
  addTenantAdmin,
  createTenant,
  deleteTenant,
  getTenant,
  restoreTenant,
  resumeTenant,
  suspendTenant,
  updateTenant,
} from '#server/people/tenants/commands.ts';
import { listTenants } from '#server/people/tenants/list-tenants.ts';
import {
  addedTenantAdminView,
  addTenantAdminInput,
  createdTenantView,
  createTenantInput,
  deleteTenantInput,
  listTenantsInput,
  settingsView,
  suspendTenantInput,
  tenantIdInput,
  tenantPageView,
  tenantView,
  updateSettingsInput,
  updateTenantInput,
} from '#server/people/tenants/schema.ts';

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
  list: permitted('tenants:write')
    .meta(rest('GET', '/tenants', 'List all tenants'))
    .input(listTenantsInput)
    .output(tenantPageView)
    .query(({ ctx, input }) => listTenants(ctx, input)),
  get: permitted('tenants:write')
    .meta(rest('GET', '/tenants/{id}', 'Show a tenant', { errors: ['not_found'] }))
    .input(tenantIdInput)
    .output(tenantView)
    .query(({ ctx, input }) => getTenant(ctx, input)),
  create: permittedFreshly('tenants:write')
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/tenants', 'Make a tenant', {
        status: 201,
        errors: ['slug_taken', 'email_taken', 'sign_in_again'],
      }),
    )
    .input(createTenantInput)
    .output(createdTenantView)
    .mutation(({ ctx, input }) => createTenant(ctx, input)),
  update: permitted('tenants:write')
    .meta(
      rest('PATCH', '/tenants/{id}', 'Rename a tenant', {
        errors: ['not_found', 'tenant_deleted'],
      }),
    )
    .input(updateTenantInput)
    .output(tenantView)
    .mutation(({ ctx, input }) => updateTenant(ctx, input)),
  addAdmin: permittedFreshly('tenants:write')
    .meta({ unbatched: true })
    .meta(
      rest('POST', '/tenants/{id}/admins', 'Add an admin to a tenant, by an invite', {
        status: 201,
        errors: ['not_found', 'email_taken', 'tenant_deleted', 'tenant_suspended', 'sign_in_again'],
      }),
    )
    .input(addTenantAdminInput)
    .output(addedTenantAdminView)
    .mutation(({ ctx, input }) => addTenantAdmin(ctx, input)),
  suspend: permittedFreshly('tenants:write')
    .meta(
      rest('POST', '/tenants/{id}/suspend', 'Suspend a tenant: all of it is refused at once', {
        errors: ['not_found', 'own_tenant', 'tenant_deleted', 'sign_in_again'],
      }),
    )
    .input(suspendTenantInput)
    .output(tenantView)
    .mutation(({ ctx, input }) => suspendTenant(ctx, input)),
  resume: permittedFreshly('tenants:write')
    .meta(
      rest('POST', '/tenants/{id}/resume', 'Resume a tenant, with all that was not revoked', {
        errors: ['not_found', 'tenant_deleted', 'sign_in_again'],
      }),
    )
    .input(tenantIdInput)
    .output(tenantView)
    .mutation(({ ctx, input }) => resumeTenant(ctx, input)),
  delete: permittedFreshly('tenants:write')
    .meta(
      rest('DELETE', '/tenants/{id}', 'Delete a tenant: restorable for 30 days, then erased', {
        errors: ['not_found', 'own_tenant', 'sign_in_again'],
      }),
    )
    .input(deleteTenantInput)
    .output(tenantView)
    .mutation(({ ctx, input }) => deleteTenant(ctx, input)),
  restore: permittedFreshly('tenants:write')
    .meta(
      rest('POST', '/tenants/{id}/restore', 'Restore a deleted tenant', {
        errors: ['not_found', 'tenant_deleted', 'sign_in_again'],
      }),
    )
    .input(tenantIdInput)
    .output(tenantView)
    .mutation(({ ctx, input }) => restoreTenant(ctx, input)),
});
