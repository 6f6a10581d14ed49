import { and, eq, isNull, ne, sql, type SQL } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';
import { agents } from '#db/schema/agents.ts';
import { credentials, secrets } from '#db/schema/credentials.ts';
import { sessions, tenants, users } from '#db/schema/people.ts';
import type { CredentialOrigin, SessionOrigin } from '#server/core/access/principal.ts';
import type { Role } from '#server/core/access/schema.ts';
import { sessionLimits } from '#server/core/sessions/schema.ts';

/** Of a principal, what decides whether it would still be let in. */
export interface LetIn {
  tenantId: string;
  /** Left out: it is no person. */
  user?: { id: string; role: Role };
  /** Of an agent: the person for whom it acts. */
  agent?: { ownerId: string; ownerRole: Role };
  origin: Pick<SessionOrigin, 'kind' | 'id' | 'expiresAt'> | Pick<CredentialOrigin, 'kind' | 'id' | 'prefix'>;
}

/** Later than any end there is. */
const never = new Date('9999-12-31T23:59:59Z');

/** Whether who was let in a moment ago still would be, in the same role. */
export async function isStillIn(db: Connection, who: LetIn, at: Date): Promise<boolean> {
  return (await findEnd(db, who, at)) !== null;
}

/** When time alone ends what somebody was let in by, as far as is known now; null where it has ended. */
export async function findEnd(db: Connection, who: LetIn, at: Date): Promise<Date | null> {
  const { origin } = who;
  const ends =
    origin.kind === 'session'
      ? await findSessionEnds(db, origin, who)
      : await findCredentialEnds(db, origin, who);
  const end = ends && Math.min(...ends.map((each) => (each ?? never).getTime()));
  return end !== undefined && end > at.getTime() ? new Date(end) : null;
}

type Ends = (Date | null)[] | undefined;

async function findSessionEnds(
  db: Connection,
  { id, expiresAt }: Pick<SessionOrigin, 'id' | 'expiresAt'>,
  who: LetIn,
): Promise<Ends> {
  const [row] = await db
    .select({ lastSeenAt: sessions.lastSeenAt })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .innerJoin(tenants, eq(tenants.id, sessions.tenantId))
    .where(and(eq(sessions.id, id), isActive(who)));
  return row && [expiresAt, new Date(row.lastSeenAt.getTime() + sessionLimits.idleHours * 3_600_000)];
}

/** The secret that was shown is told from the others of its credential by its prefix. */
async function findCredentialEnds(
  db: Connection,
  { id, prefix }: Pick<CredentialOrigin, 'id' | 'prefix'>,
  who: LetIn,
): Promise<Ends> {
  const [row] = await db
    .select({
      expiresAt: credentials.expiresAt,
      validUntil: secrets.validUntil,
      secretExpiresAt: secrets.expiresAt,
    })
    .from(secrets)
    .innerJoin(credentials, eq(credentials.id, secrets.credentialId))
    .leftJoin(agents, eq(agents.id, credentials.id))
    .leftJoin(users, eq(users.id, sql`coalesce(${credentials.ownerUserId}, ${agents.ownerUserId})`))
    .innerJoin(tenants, eq(tenants.id, credentials.tenantId))
    .where(
      and(
        eq(credentials.id, id),
        eq(secrets.prefix, prefix),
        ne(secrets.state, 'staged'),
        isNull(credentials.revokedAt),
        eq(credentials.enabled, true),
        isNull(agents.pausedAt),
        isActive(who),
      ),
    )
    .orderBy(sql`${secrets.validUntil} asc nulls last`);
  return row && [row.expiresAt, row.validUntil, row.secretExpiresAt];
}

function isActive({ user, agent, tenantId }: LetIn): SQL | undefined {
  const person = user ?? (agent && { id: agent.ownerId, role: agent.ownerRole });
  return and(
    eq(tenants.id, tenantId),
    isNull(tenants.suspendedAt),
    person ? isInRole(person) : eq(credentials.kind, 'key'),
  );
}

function isInRole({ id, role }: { id: string; role: Role }): SQL | undefined {
  return and(eq(users.id, id), eq(users.role, role), isNull(users.deactivatedAt), isNull(users.deletedAt));
}
