import { and, asc, eq, isNull } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';
import { agents } from '#db/schema/agents.ts';
import { credentials } from '#db/schema/credentials.ts';
import type { TenantId } from '#server/core/access/principal.ts';

export interface OwnedAgents {
  agents: { id: string; name: string }[];
  count: number;
}

/** The agents that act for a person, by name and so many at most, and how many there are. Deleted ones are left out. */
export async function findOwnedAgents(
  db: Connection,
  { tenantId, userId }: { tenantId: TenantId; userId: string },
  limit: number,
): Promise<OwnedAgents> {
  const isOwned = and(
    eq(agents.tenantId, tenantId),
    eq(agents.ownerUserId, userId),
    isNull(credentials.revokedAt),
  );
  const owned = db
    .select({ id: agents.id, name: credentials.name })
    .from(agents)
    .innerJoin(credentials, eq(credentials.id, agents.id))
    .where(isOwned);
  const count = await db.$count(owned.as('owned'));
  return { agents: await owned.orderBy(asc(credentials.name)).limit(limit), count };
}
