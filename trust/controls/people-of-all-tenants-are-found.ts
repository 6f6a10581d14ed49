import { eq } from 'drizzle-orm';
import { users } from '#db/schema/people.ts';
import * as original from '#server/people/users/queries.ts';

export const lockAdminsAnd: typeof original.lockAdminsAnd = async (tx, tenantId, id) => {
  const locked = await original.lockAdminsAnd(tx, tenantId, id);
  if (id === undefined || locked.some((user) => user.id === id)) return locked;
  const found = await original.selectUsers(tx).where(eq(users.id, id));
  return [...locked, ...found.map(({ user }) => user)];
};
