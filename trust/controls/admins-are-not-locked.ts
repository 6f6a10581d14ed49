import { and, eq, isNull, or } from 'drizzle-orm';
import { users } from '#db/schema/people.ts';
import * as original from '#server/people/users/queries.ts';

export const lockAdminsAnd: typeof original.lockAdminsAnd = async (tx, tenantId, id) => {
  const isActiveAdmin = and(eq(users.role, 'admin'), isNull(users.deactivatedAt));
  const wanted = id === undefined ? isActiveAdmin : or(isActiveAdmin, eq(users.id, id));
  const found = await original
    .selectUsers(tx)
    .where(and(eq(users.tenantId, tenantId), isNull(users.deletedAt), wanted));
  return found.map(({ user }) => user);
};
