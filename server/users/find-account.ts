import type { Changes, Connection, Transaction } from '#db/client.ts';
import type { Principal, TenantId } from '#server/access/principal.ts';
import { notFound } from '#server/errors.ts';
import {
  findUser,
  findUserByEmail,
  findUserForUpdate,
  updateUserRow,
  type NewUserRow,
  type UserRow,
} from '#server/users/queries.ts';

/** Somebody who is there, deactivated or not, by their address: for the ways to sign in, which name no tenant. */
export function findAccountByEmail(db: Connection, email: string): Promise<UserRow | undefined> {
  return findUserByEmail(db, email);
}

/** The same by their id. */
export function findAccount(db: Connection, tenantId: string, id: string): Promise<UserRow | undefined> {
  return findUser(db, tenantId as TenantId, id);
}

/** The same, locked until the transaction ends. */
export function lockAccountById(tx: Transaction, tenantId: string, id: string): Promise<UserRow | undefined> {
  return findUserForUpdate(tx, tenantId as TenantId, id);
}

/** The asker's own row, locked. */
export async function lockAccount(tx: Transaction, { tenantId, user }: Principal): Promise<UserRow> {
  const found = await findUserForUpdate(tx, tenantId, user.id);
  if (!found) throw notFound('user');
  return found;
}

/** Changes the asker's own row. */
export async function saveAccount(
  tx: Transaction,
  { tenantId, user }: Principal,
  changes: Changes<Pick<NewUserRow, 'name' | 'passwordHash' | 'passwordChosenByAdmin'>>,
): Promise<void> {
  await updateUserRow(tx, tenantId, user.id, changes);
}
