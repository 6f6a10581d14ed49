import { AppError, invalid } from '#server/errors.ts';
import type { SettingsView, TenantStatus } from '#server/people/tenants/schema.ts';

const day = 86_400_000;
/** For so long a deleted tenant can be restored. */
export const restorableDays = 30;

interface TenantState {
  slug: string;
  suspendedAt: Date | null;
  deletedAt: Date | null;
  purgeBeganAt: Date | null;
  purgedAt: Date | null;
}

/** What a tenant is at this moment; the first that applies. */
export function tenantStatus({ purgedAt, deletedAt, suspendedAt }: TenantState): TenantStatus {
  if (purgedAt) return 'purged';
  if (deletedAt) return 'deleted';
  return suspendedAt ? 'suspended' : 'active';
}

/** When a deleted tenant is erased. */
export function purgeTime(deletedAt: Date): Date {
  return new Date(deletedAt.getTime() + restorableDays * day);
}

/** Throws `own_tenant`: platform admins would lock themselves out. */
export function assertNotDefault({ slug }: TenantState): void {
  if (slug === 'default')
    throw new AppError('own_tenant', 'The tenant "default" holds the platform admins, so it stays as it is.');
}

/** Throws `tenant_deleted` for what can only be restored. */
export function assertNotDeleted({ deletedAt }: TenantState): void {
  if (deletedAt) throw new AppError('tenant_deleted', 'This tenant is deleted. Restore it first.');
}

/** Throws `tenant_deleted` for what is being erased, or is due to be. */
export function assertRestorable({ deletedAt, purgeBeganAt }: TenantState, at: Date): void {
  if (purgeBeganAt || (deletedAt && purgeTime(deletedAt) <= at))
    throw new AppError(
      'tenant_deleted',
      `This tenant was deleted more than ${restorableDays} days ago and cannot be restored.`,
    );
}

/** Throws `validation_failed` unless the short name was typed, as what is about to be deleted. */
export function assertConfirmed({ slug }: TenantState, confirm: string): void {
  if (confirm !== slug) throw invalid('confirm', `Type the short name of the tenant: ${slug}.`);
}

/** Throws `validation_failed` where secrets of agents would end at the moment at which they are due to be replaced. */
export function assertReplaceable(
  { agentRotationDays, agentOverdueDays }: Pick<SettingsView, 'agentRotationDays' | 'agentOverdueDays'>,
  hasDailyAgents: boolean,
): void {
  if (agentOverdueDays > 0 || (agentRotationDays > 1 && !hasDailyAgents)) return;
  throw invalid(
    'agentOverdueDays',
    agentRotationDays > 1
      ? 'At least 1 day: there are agents whose secrets are replaced every day.'
      : 'At least 1 day where secrets are replaced every day.',
  );
}
