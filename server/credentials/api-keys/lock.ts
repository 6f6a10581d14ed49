import type { Transaction } from '#db/client.ts';
import { violatedUnique } from '#db/errors.ts';
import type { PersonCtx } from '#server/core/access/context.ts';
import { rolePermissions } from '#server/core/access/permissions.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import type { Permission } from '#server/core/access/schema.ts';
import { findKeyForUpdate, lockTenant, type KeyRow } from '#server/credentials/api-keys/queries.ts';
import { lockActiveOwner } from '#server/credentials/tokens/issue.ts';
import type { TokenPolicy } from '#server/credentials/tokens/rules.ts';
import { AppError, notFound, tenantSuspended } from '#server/errors.ts';

/** The tenant's policy, and what the person who changes something of it holds. */
export interface Maker extends TokenPolicy {
  held: ReadonlySet<Permission>;
}

/**
 * Locks the tenant, then the person who changes something of it (decision 46), whose role stays until the end. Throws
 * `tenant_suspended`, `account_deactivated` and `permission_denied` for what they lost a moment ago.
 */
export async function lockMaker(
  tx: Transaction,
  { principal }: PersonCtx,
  permission: Permission = 'keys:write',
): Promise<Maker> {
  const { tenantId, user } = principal;
  const tenant = await lockTenant(tx, tenantId);
  if (!tenant) throw notFound('tenant');
  if (tenant.suspendedAt) throw tenantSuspended();
  const { role } = await lockActiveOwner(tx, { tenantId, userId: user.id });
  const held = rolePermissions[role];
  if (!held.has(permission))
    throw new AppError(
      'permission_denied',
      `The role ${role} does not have ${permission}. Ask an admin for another.`,
    );
  return { ...tenant, held };
}

/** Throws `not_found` for unknown ids and for another tenant's. */
export async function lockKey(tx: Transaction, tenantId: TenantId, id: string): Promise<KeyRow> {
  const key = await findKeyForUpdate(tx, tenantId, id);
  if (!key) throw notFound('key');
  return key;
}

/** Throws `name_taken` where a write finds that the tenant has a live key of that name. */
export async function refusingTakenKeyName<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (violatedUnique(error) !== 'credentials_live_key_name') throw error;
    throw new AppError(
      'name_taken',
      'There is an active key of this name. Choose another name, or revoke that one first.',
    );
  }
}
