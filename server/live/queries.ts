import { and, eq, gt, isNull, or } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';
import { credentials } from '#db/schema/credentials.ts';
import { sessions, tenants, users } from '#db/schema/people.ts';
import type { Principal } from '#server/access/principal.ts';

/** Whether who was let in a moment ago still would be, in the same role. */
export async function isStillIn(db: Connection, principal: Principal, at: Date): Promise<boolean> {
  const { origin, user } = principal;
  const active = and(
    eq(users.id, user.id),
    eq(users.role, user.role),
    isNull(users.deactivatedAt),
    isNull(users.deletedAt),
    isNull(tenants.suspendedAt),
  );
  const found =
    origin.kind === 'session'
      ? await db
          .select({ id: sessions.id })
          .from(sessions)
          .innerJoin(users, eq(users.id, sessions.userId))
          .innerJoin(tenants, eq(tenants.id, sessions.tenantId))
          .where(and(eq(sessions.id, origin.id), active))
      : await db
          .select({ id: credentials.id })
          .from(credentials)
          .innerJoin(users, eq(users.id, credentials.ownerUserId))
          .innerJoin(tenants, eq(tenants.id, credentials.tenantId))
          .where(
            and(
              eq(credentials.id, origin.id),
              isNull(credentials.revokedAt),
              eq(credentials.enabled, true),
              or(isNull(credentials.expiresAt), gt(credentials.expiresAt, at)),
              active,
            ),
          );
  return found.length > 0;
}
