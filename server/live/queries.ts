import { and, eq, isNull, ne, sql } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';
import { credentials, secrets } from '#db/schema/credentials.ts';
import { sessions, tenants, users } from '#db/schema/people.ts';
import type { CredentialOrigin, Principal, SessionOrigin } from '#server/access/principal.ts';
import { sessionLimits } from '#server/sessions/schema.ts';

/** Later than any end there is. */
const never = new Date('9999-12-31T23:59:59Z');

/** Whether who was let in a moment ago still would be, in the same role. */
export async function isStillIn(db: Connection, principal: Principal, at: Date): Promise<boolean> {
  return (await findEnd(db, principal, at)) !== null;
}

/** When time alone ends what somebody was let in by, as far as is known now; null where it has ended. */
export async function findEnd(db: Connection, principal: Principal, at: Date): Promise<Date | null> {
  const { origin } = principal;
  const ends =
    origin.kind === 'session'
      ? await findSessionEnds(db, origin, principal)
      : await findCredentialEnds(db, origin, principal);
  const end = ends && Math.min(...ends.map((each) => (each ?? never).getTime()));
  return end !== undefined && end > at.getTime() ? new Date(end) : null;
}

type Ends = (Date | null)[] | undefined;

async function findSessionEnds(
  db: Connection,
  { id, expiresAt }: SessionOrigin,
  principal: Principal,
): Promise<Ends> {
  const [row] = await db
    .select({ lastSeenAt: sessions.lastSeenAt })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .innerJoin(tenants, eq(tenants.id, sessions.tenantId))
    .where(and(eq(sessions.id, id), isActive(principal)));
  return row && [expiresAt, new Date(row.lastSeenAt.getTime() + sessionLimits.idleHours * 3_600_000)];
}

/** The secret that was shown is told from the others of its credential by its prefix. */
async function findCredentialEnds(
  db: Connection,
  { id, prefix }: CredentialOrigin,
  principal: Principal,
): Promise<Ends> {
  const [row] = await db
    .select({ expiresAt: credentials.expiresAt, validUntil: secrets.validUntil })
    .from(secrets)
    .innerJoin(credentials, eq(credentials.id, secrets.credentialId))
    .innerJoin(users, eq(users.id, credentials.ownerUserId))
    .innerJoin(tenants, eq(tenants.id, credentials.tenantId))
    .where(
      and(
        eq(credentials.id, id),
        eq(secrets.prefix, prefix),
        ne(secrets.state, 'staged'),
        isNull(credentials.revokedAt),
        eq(credentials.enabled, true),
        isActive(principal),
      ),
    )
    .orderBy(sql`${secrets.validUntil} asc nulls last`);
  return row && [row.expiresAt, row.validUntil];
}

function isActive({ user, tenantId }: Principal) {
  return and(
    eq(users.id, user.id),
    eq(users.tenantId, tenantId),
    eq(users.role, user.role),
    isNull(users.deactivatedAt),
    isNull(users.deletedAt),
    isNull(tenants.suspendedAt),
  );
}
