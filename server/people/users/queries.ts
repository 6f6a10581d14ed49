import { and, eq, getTableColumns, isNull, or, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Changes, Connection, Transaction } from '#db/client.ts';
import { oneTimeCodes, users } from '#db/schema/people.ts';
import { canonicalEmail } from '#server/account-schema.ts';
import type { TenantId } from '#server/core/access/principal.ts';

export type UserRow = typeof users.$inferSelect;
export type NewUserRow = typeof users.$inferInsert;
/** A person as they are found: with the end of a password that an admin chose, null once it has been used or ended. */
export type FoundUser = UserRow & { passwordEndsAt: Date | null };

const deactivator = alias(users, 'deactivator');

/** Names its tables itself: where there is no join, Drizzle leaves them out, and `id` would be the code's. */
const endOf = (purpose: 'invite' | 'password') =>
  sql<Date | null>`(
  select max(c.expires_at) from ${oneTimeCodes} c
  where c.user_id = ${users}.id and c.purpose = ${purpose} and c.consumed_at is null)`.mapWith(
    oneTimeCodes.expiresAt,
  );

const foundColumns = { ...getTableColumns(users), passwordEndsAt: endOf('password') };

/** People with what an admin sees of them. `key`: what a list of them is sorted by. */
export function selectUsers(db: Connection, key: SQL<string> = sql`''`) {
  return db
    .select({
      user: foundColumns,
      deactivatorEmail: deactivator.email,
      inviteExpiresAt: endOf('invite'),
      place: { key, id: users.id },
    })
    .from(users)
    .leftJoin(deactivator, eq(deactivator.id, users.deactivatedBy))
    .$dynamic();
}
export type UserRecord = Awaited<ReturnType<typeof selectUsers>>[number];

/** A person of the tenant, deleted or not. */
export async function findUserRecord(
  db: Connection,
  tenantId: TenantId,
  id: string,
): Promise<UserRecord | undefined> {
  const [record] = await selectUsers(db).where(and(eq(users.tenantId, tenantId), eq(users.id, id)));
  return record;
}

/** A user of any tenant by e-mail, however it is spelt: signing in names no tenant. */
export async function findUserByEmail(db: Connection, email: string): Promise<FoundUser | undefined> {
  const [row] = await db
    .select(foundColumns)
    .from(users)
    .where(and(eq(users.canonicalEmail, canonicalEmail(email)), isNull(users.deletedAt)));
  return row;
}

export async function findUser(
  db: Connection,
  tenantId: TenantId,
  id: string,
): Promise<FoundUser | undefined> {
  const [row] = await db.select(foundColumns).from(users).where(userIs(tenantId, id));
  return row;
}

export async function findUserForUpdate(
  tx: Transaction,
  tenantId: TenantId,
  id: string,
): Promise<FoundUser | undefined> {
  const [row] = await tx.select(foundColumns).from(users).where(userIs(tenantId, id)).for('no key update');
  return row;
}

/**
 * Locks every active admin of the tenant, and one person more, in the order of their ids: one statement, so that no two
 * changes wait for each other.
 */
export async function lockAdminsAnd(
  tx: Transaction,
  tenantId: TenantId,
  id: string | undefined,
): Promise<FoundUser[]> {
  const isActiveAdmin = and(eq(users.role, 'admin'), isNull(users.deactivatedAt), isNull(users.deletedAt));
  return tx
    .select(foundColumns)
    .from(users)
    .where(
      and(
        eq(users.tenantId, tenantId),
        id === undefined ? isActiveAdmin : or(isActiveAdmin, eq(users.id, id)),
      ),
    )
    .orderBy(users.id)
    .for('no key update');
}

export async function insertUser(tx: Transaction, row: NewUserRow): Promise<UserRow> {
  const [inserted] = await tx.insert(users).values(row).returning();
  if (!inserted) throw new Error('insert returned no row');
  return inserted;
}

export async function updateUserRow(
  tx: Transaction,
  tenantId: TenantId,
  id: string,
  changes: Changes<NewUserRow>,
): Promise<UserRow> {
  const [updated] = await tx.update(users).set(changes).where(userIs(tenantId, id)).returning();
  if (!updated) throw new Error('update returned no row');
  return updated;
}

/** Replaces a password's hash by another of the same password, unless it was changed meanwhile. */
export async function replacePasswordHash(
  db: Connection,
  user: UserRow,
  passwordHash: string,
): Promise<boolean> {
  const unchanged = and(
    eq(users.id, user.id),
    sql`${users.passwordHash} is not distinct from ${user.passwordHash}`,
  );
  const replaced = await db.update(users).set({ passwordHash }).where(unchanged).returning({ id: users.id });
  return replaced.length > 0;
}

function userIs(tenantId: TenantId, id: string) {
  return and(eq(users.tenantId, tenantId), eq(users.id, id), isNull(users.deletedAt));
}
