import { and, eq, inArray, sql, type SQL } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { credentialLastUse, credentials } from '#db/schema/credentials.ts';
import {
  passes,
  usedWithin,
  type Among,
  type PageQuery,
} from '#server/credentials/token-triage/find-page.ts';
import { sweptStatuses } from '#server/credentials/token-triage/rules.ts';
import { statusCounts } from '#server/credentials/tokens/list.ts';
import type { MatchingTokens, TokenCounts } from '#server/credentials/tokens/schema.ts';

/** How many tokens are looked at to count those that match: exact up to there, a bound beyond. */
const mostLookedAt = 10_000;

/** How many tokens the filters of a list find, and in which status, ignoring the status filter. */
export async function countMatching(
  db: Database,
  query: PageQuery,
  among: Among,
): Promise<NonNullable<MatchingTokens>> {
  const { input, at } = query;
  const used = input.lastUsed
    ? sql`join ${credentialLastUse} on ${credentialLastUse.credentialId} = ${credentials.id}`
    : sql``;
  const fits = passes(query) ?? sql`true`;
  const columns = Object.entries(statusCounts(at)).map(
    ([name, count]) => sql`${count} as ${sql.identifier(name)}`,
  );
  const { rows } = await db.execute<TokenCounts & { looked: number }>(sql`
    with looked as materialized (${candidates(query, among)} limit ${mostLookedAt + 1})
    select (select count(*)::int from looked) as looked, ${sql.join(columns, sql`, `)}
    from looked as credentials ${used} where ${fits}`);
  const [found] = rows;
  if (!found) throw new Error('count returned no row');
  const { looked, ...byStatus } = found;
  const isExact = looked <= mostLookedAt;
  return { count: byStatus[input.status ?? 'total'], isExact, byStatus: isExact ? byStatus : null };
}

/** What can be meant, by the narrowest that an index knows. */
function candidates({ tenantId, input: { lastUsed }, at }: PageQuery, among: Among): SQL {
  const mine = eq(credentials.tenantId, tenantId);
  if (among) {
    const chosen =
      'ids' in among
        ? sql`${credentials.id} = any(${sql.param(among.ids)}::uuid[])`
        : sql`${credentials.ownerUserId} = any(${sql.param(among.owners)}::uuid[])`;
    return sql`select * from ${credentials} where ${and(mine, chosen)}`;
  }
  if (!lastUsed) return sql`select * from ${credentials} where ${mine}`;
  const window = and(
    eq(credentialLastUse.tenantId, tenantId),
    inArray(credentialLastUse.sweptStatus, [...sweptStatuses]),
    usedWithin(lastUsed, at),
  );
  return sql`select ${credentials}.* from ${credentials} join ${credentialLastUse}
    on ${credentialLastUse.credentialId} = ${credentials.id} where ${and(mine, window)}`;
}
