import type { Changes, Connection, Transaction } from '#db/client.ts';
import type { UserPrincipal, TenantId } from '#server/core/access/principal.ts';
import { notFound } from '#server/errors.ts';
import {
  findUser,
  findUserByEmail,
  findUserForUpdate,
  updateUserRow,
  type FoundUser,
  type NewUserRow,
} from '#server/people/users/queries.ts';
import { workingPasswordHash } from '#server/people/users/rules.ts';

/** Somebody who is there, deactivated or not, by their address: for the ways to sign in, which name no tenant. */
export function findAccountByEmail(db: Connection, email: string): Promise<FoundUser | undefined> {
  return findUserByEmail(db, email);
}

/** The same by their id. */
export function findAccount(db: Connection, tenantId: string, id: string): Promise<FoundUser | undefined> {
  return findUser(db, tenantId as TenantId, id);
}

/** The same, locked until the transaction ends. */
export function lockAccountById(
  tx: Transaction,
  tenantId: string,
  id: string,
): Promise<FoundUser | undefined> {
  return findUserForUpdate(tx, tenantId as TenantId, id);
}

/** The asker's own row, locked. */
export async function lockAccount(tx: Transaction, { tenantId, user }: UserPrincipal): Promise<FoundUser> {
  const found = await findUserForUpdate(tx, tenantId, user.id);
  if (!found) throw notFound('user');
  return found;
}

/** Whether someone can sign in by a password at a moment. */
export function hasWorkingPassword(user: FoundUser, at: Date): boolean {
  return workingPasswordHash(user, at) !== null;
}

/** Changes the asker's own row. */
export async function saveAccount(
  tx: Transaction,
  { tenantId, user }: UserPrincipal,
  changes: Changes<Pick<NewUserRow, 'name' | 'passwordHash' | 'passwordChosenByAdmin'>>,
): Promise<void> {
  await updateUserRow(tx, tenantId, user.id, changes);
}
