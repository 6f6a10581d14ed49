import { and, eq } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';
import { agents } from '#db/schema/agents.ts';
import { credentials } from '#db/schema/credentials.ts';
import { users } from '#db/schema/people.ts';
import type { Holder } from '#server/core/access/permissions.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import type { Grant } from '#server/core/access/schema.ts';
import type { LetIn } from '#server/core/authentication/still-valid.ts';
import type { JwtClaims } from '#server/core/signing-keys/schema.ts';

/** What a credential is granted at this moment, from wherever it is used; null where there is no such. */
export async function findGrant(db: Connection, tenantId: TenantId, id: string): Promise<Grant | null> {
  const [row] = await db
    .select({ permissions: credentials.permissions, ipAllowlist: credentials.ipAllowlist })
    .from(credentials)
    .where(and(eq(credentials.tenantId, tenantId), eq(credentials.id, id)));
  return row?.ipAllowlist.length === 0 ? (row.permissions as Grant) : null;
}

/** Who holds what a JWT was given for, as they are at this moment, and for whom an agent acts. */
export async function findHolder(
  db: Connection,
  { sub, role, typ }: Pick<JwtClaims, 'sub' | 'role' | 'typ'>,
): Promise<{ holder: Holder; who: Pick<LetIn, 'user' | 'agent'> } | undefined> {
  if (typ === 'agent') {
    const [owner] = await db
      .select({ ownerId: users.id, ownerRole: users.role })
      .from(agents)
      .innerJoin(users, eq(users.id, agents.ownerUserId))
      .where(eq(agents.id, sub));
    return owner && { holder: { kind: 'agent', role: owner.ownerRole }, who: { agent: owner } };
  }
  if (!role) return { holder: { kind: 'key' }, who: {} };
  const [user] = await db
    .select({ isPlatformAdmin: users.platformAdmin })
    .from(users)
    .where(eq(users.id, sub));
  return user && { holder: { kind: 'user', role, ...user }, who: { user: { id: sub, role } } };
}
