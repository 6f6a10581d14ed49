import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';
import { users } from '#db/schema/people.ts';

/** Who is told of a key: its maker or, once they are gone, all who may do something about it. */
export async function findKeyContacts(
  db: Connection,
  { tenantId, madeBy }: { tenantId: string; madeBy: string },
): Promise<string[]> {
  const isActive = and(eq(users.tenantId, tenantId), isNull(users.deactivatedAt), isNull(users.deletedAt));
  const mayChangeKeys = inArray(users.role, ['manager', 'admin']);
  const rows = await db.select({ id: users.id }).from(users).where(and(isActive, mayChangeKeys));
  const ids = rows.map(({ id }) => id);
  return ids.includes(madeBy) ? [madeBy] : ids;
}
