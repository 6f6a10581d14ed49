import { randomUUIDv7 } from 'node:crypto';
import type { Transaction } from '#db/client.ts';
import { violatedUnique } from '#db/errors.ts';
import type { PersonCtx } from '#server/core/access/context.ts';
import type { AuditAction } from '#server/core/audit/actions.ts';
import { changedFields } from '#server/core/audit/changes.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { AppError, notFound } from '#server/errors.ts';
import {
  findTenant,
  findTenantForUpdate,
  insertTenant,
  lockPlatformAdmin,
  updateTenantRow,
  type TenantRow,
} from '#server/people/tenants/queries.ts';
import {
  assertConfirmed,
  assertNotDefault,
  assertNotDeleted,
  assertRestorable,
} from '#server/people/tenants/rules.ts';
import type {
  AddedTenantAdminView,
  AddTenantAdminInput,
  CreatedTenantView,
  CreateTenantInput,
  DeleteTenantInput,
  SuspendTenantInput,
  TenantIdInput,
  TenantView,
  UpdateTenantInput,
} from '#server/people/tenants/schema.ts';
import { toTenantView } from '#server/people/tenants/view.ts';
import { addUser } from '#server/people/users/commands.ts';
import { issueLink } from '#server/people/users/issue-links.ts';
import { assertNotBeyond } from '#server/people/users/rules.ts';

/** A tenant as those see it who look after them all. Throws `not_found`. */
export async function getTenant({ runtime }: PersonCtx, { id }: TenantIdInput): Promise<TenantView> {
  const tenant = await findTenant(runtime.db, id);
  if (!tenant) throw notFound('tenant');
  return toTenantView(tenant);
}

/** Makes a tenant, with a link for its first admin where one is named. Throws `slug_taken`, `email_taken`. */
export function createTenant(
  ctx: PersonCtx,
  { admin, ...input }: CreateTenantInput,
): Promise<CreatedTenantView> {
  return ctx.change(async (tx) => {
    await assertStillPlatformAdmin(tx, ctx);
    const id = randomUUIDv7();
    await refusingTakenSlug(() => insertTenant(tx, { ...input, id, createdAt: ctx.now() }));
    const resource = { type: 'tenant', id, label: input.name };
    await recordAudit(tx, ctx, { action: 'tenant.create', resource, detail: { slug: input.slug } });
    const inviteUrl = admin ? await inviteAdmin(tx, ctx, { ...admin, id }) : null;
    return { tenant: await view(tx, id), inviteUrl };
  });
}

/** Adds an admin to a tenant, by a link. Throws `not_found`, `email_taken`, `tenant_deleted`, `tenant_suspended`. */
export function addTenantAdmin(ctx: PersonCtx, input: AddTenantAdminInput): Promise<AddedTenantAdminView> {
  return ctx.change(async (tx) => {
    const tenant = await lockTenant(tx, ctx, input.id);
    assertNotDeleted(tenant);
    if (tenant.suspendedAt)
      throw new AppError('tenant_suspended', 'This tenant is suspended. Resume it before you add an admin.');
    return { inviteUrl: await inviteAdmin(tx, ctx, input) };
  });
}

/** Renames a tenant. Throws `not_found`, `tenant_deleted`. */
export function updateTenant(ctx: PersonCtx, { id, name }: UpdateTenantInput): Promise<TenantView> {
  return ctx.change(async (tx) => {
    const tenant = await lockTenant(tx, ctx, id);
    assertNotDeleted(tenant);
    const changes = changedFields(tenant, { name });
    if (Object.keys(changes).length === 0) return toTenantView(tenant);
    await updateTenantRow(tx, id, { name });
    await record(tx, ctx, tenant, { action: 'tenant.update', detail: { changes } });
    return view(tx, id);
  });
}

/**
 * Suspends a tenant: everything of it is refused on its next request, and what is open ends. Repeating it changes nothing.
 * Throws `not_found`, `own_tenant`, `tenant_deleted`.
 */
export function suspendTenant(ctx: PersonCtx, { id, reason }: SuspendTenantInput): Promise<TenantView> {
  return ctx.change(async (tx) => {
    const tenant = await lockTenant(tx, ctx, id);
    assertNotDefault(tenant);
    assertNotDeleted(tenant);
    if (tenant.suspendedAt) return toTenantView(tenant);
    await updateTenantRow(tx, id, { suspendedAt: ctx.now(), suspendReason: reason });
    await record(tx, ctx, tenant, { action: 'tenant.suspend', detail: { reason } });
    return view(tx, id);
  });
}

/** Lets a suspended tenant go on, with all that was not revoked. Throws `not_found`, `tenant_deleted`. */
export function resumeTenant(ctx: PersonCtx, { id }: TenantIdInput): Promise<TenantView> {
  return ctx.change(async (tx) => {
    const tenant = await lockTenant(tx, ctx, id);
    assertNotDeleted(tenant);
    if (!tenant.suspendedAt) return toTenantView(tenant);
    await updateTenantRow(tx, id, { suspendedAt: null, suspendReason: null });
    await record(tx, ctx, tenant, { action: 'tenant.resume', detail: { reason: tenant.suspendReason } });
    return view(tx, id);
  });
}

/**
 * Deletes a tenant: suspended at once, restorable for thirty days, erased after. Repeating it changes nothing. Throws
 * `not_found`, `own_tenant`, `validation_failed` unless its short name is given.
 */
export function deleteTenant(ctx: PersonCtx, { id, confirm }: DeleteTenantInput): Promise<TenantView> {
  return ctx.change(async (tx) => {
    const tenant = await lockTenant(tx, ctx, id);
    assertNotDefault(tenant);
    assertConfirmed(tenant, confirm);
    if (tenant.deletedAt) return toTenantView(tenant);
    const at = ctx.now();
    await updateTenantRow(tx, id, { deletedAt: at, suspendedAt: tenant.suspendedAt ?? at });
    await record(tx, ctx, tenant, {
      action: 'tenant.delete',
      detail: { suspended: tenant.suspendedAt !== null },
    });
    return view(tx, id);
  });
}

/** Undoes a deletion: suspended stays only what was before. Throws `not_found`, `tenant_deleted` once it is too late. */
export function restoreTenant(ctx: PersonCtx, { id }: TenantIdInput): Promise<TenantView> {
  return ctx.change(async (tx) => {
    const tenant = await lockTenant(tx, ctx, id);
    assertRestorable(tenant, ctx.now());
    if (!tenant.deletedAt) return toTenantView(tenant);
    const byDeletion =
      tenant.suspendReason === null && tenant.suspendedAt?.getTime() === tenant.deletedAt.getTime();
    await updateTenantRow(tx, id, { deletedAt: null, ...(byDeletion && { suspendedAt: null }) });
    await record(tx, ctx, tenant, { action: 'tenant.restore', detail: { suspended: !byDeletion } });
    return view(tx, id);
  });
}

/** Locks the tenant, then the asker (decision 46). Throws `not_found`, `permission_denied`. */
async function lockTenant(tx: Transaction, ctx: PersonCtx, id: string): Promise<TenantRow> {
  const tenant = await findTenantForUpdate(tx, id);
  await assertStillPlatformAdmin(tx, ctx);
  if (!tenant) throw notFound('tenant');
  return tenant;
}

async function assertStillPlatformAdmin(tx: Transaction, { principal }: PersonCtx): Promise<void> {
  if (!(await lockPlatformAdmin(tx, principal.user.id)))
    throw new AppError('permission_denied', 'You are no platform admin any more.');
}

/** Written into the log of that tenant, since the person is one of it. */
async function inviteAdmin(tx: Transaction, ctx: PersonCtx, { id, email, name }: AddTenantAdminInput) {
  assertNotBeyond(ctx.principal.permissions, { role: 'admin' });
  const person = { email, name, role: 'admin', passwordHash: null, tenantId: id } as const;
  const user = await addUser(tx, ctx, person, ctx.principal.actor);
  const { url } = await issueLink(tx, ctx, user, 'invite');
  return url;
}

function record(
  tx: Transaction,
  ctx: PersonCtx,
  { id, name }: TenantRow,
  entry: { action: AuditAction; detail: Record<string, unknown> },
): Promise<void> {
  return recordAudit(tx, ctx, { ...entry, resource: { type: 'tenant', id, label: name } });
}

async function view(tx: Transaction, id: string): Promise<TenantView> {
  const tenant = await findTenant(tx, id);
  if (!tenant) throw notFound('tenant');
  return toTenantView(tenant);
}

/** Throws `slug_taken` where a write finds that another tenant has this short name. */
async function refusingTakenSlug<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (violatedUnique(error) !== 'tenants_slug_key') throw error;
    throw new AppError('slug_taken', 'Another tenant has this short name. Choose another.');
  }
}
