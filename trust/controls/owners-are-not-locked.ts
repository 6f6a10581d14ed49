import { and, eq } from 'drizzle-orm';
import { users } from '#db/schema/people.ts';
import type * as original from '#server/credentials/tokens/queries.ts';

export const lockOwner: typeof original.lockOwner = async (tx, { tenantId, userId }) => {
  const { email, role, platformAdmin: isPlatformAdmin, deactivatedAt, deletedAt } = users;
  const [owner] = await tx
    .select({ email, role, isPlatformAdmin, deactivatedAt, deletedAt })
    .from(users)
    .where(and(eq(users.tenantId, tenantId), eq(users.id, userId)));
  return owner?.deactivatedAt || owner?.deletedAt ? undefined : owner;
};
