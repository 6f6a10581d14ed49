import { and, desc, eq, or, sql } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';
import { isCurrentSecret } from '#db/main-secrets.ts';
import { credentialLastUse, credentials, secrets } from '#db/schema/credentials.ts';
import { statusIs } from '#server/credentials/tokens/list.ts';
import { ownedBy, type Owner } from '#server/credentials/tokens/queries.ts';

export interface WorkingTokens {
  tokens: { id: string; name: string; prefix: string; lastUsedAt: Date | null; isWhole: boolean }[];
  count: number;
}

/** Somebody's tokens that are accepted at a moment, the last used first and so many at most, and how many there are. */
export async function findWorkingTokens(
  db: Connection,
  owner: Owner,
  at: Date,
  limit: number,
): Promise<WorkingTokens> {
  const works = and(ownedBy(owner), or(statusIs('active', at), statusIs('expiring', at)));
  const tokens = await db
    .select({
      id: credentials.id,
      name: credentials.name,
      prefix: secrets.prefix,
      lastUsedAt: credentialLastUse.lastUsedAt,
      isWhole: sql<boolean>`${credentials.permissions} = '{*}'`,
    })
    .from(credentials)
    .innerJoin(secrets, isCurrentSecret)
    .innerJoin(credentialLastUse, eq(credentialLastUse.credentialId, credentials.id))
    .where(works)
    .orderBy(sql`${credentialLastUse.lastUsedAt} desc nulls last`, desc(credentials.id))
    .limit(limit);
  return { tokens, count: await db.$count(credentials, works) };
}
