import { and, desc, eq, gt, isNotNull, sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { credentials, credentialUse } from '#db/schema/credentials.ts';
import type { Ctx } from '#server/access/context.ts';
import type { TenantId } from '#server/access/principal.ts';
import { getAdminToken } from '#server/admin-tokens/commands.ts';
import { impactOf } from '#server/admin-tokens/rules.ts';
import { triageLimits, type AdminTokenUsesView } from '#server/admin-tokens/schema.ts';

interface UseOfToken {
  db: Database;
  tenantId: TenantId;
  id: string;
  since: string;
}

/** From where and for what a token was used in the last 30 days, and so what breaks if it is revoked. Throws `not_found`. */
export async function readUses(ctx: Ctx, id: string): Promise<AdminTokenUsesView> {
  const token = await getAdminToken(ctx, id);
  const at = ctx.now();
  const since = new Date(at.getTime() - triageLimits.useDays * 86_400_000).toISOString().slice(0, 10);
  const query = { db: ctx.runtime.db, tenantId: ctx.principal.tenantId, id, since };
  const [addresses, endpoints, sums] = await Promise.all([
    findPlaces(query, credentialUse.address),
    findPlaces(query, credentialUse.endpoint),
    sumUses(query),
  ]);
  return {
    impact: impactOf({ ...token, ...sums }, at),
    count: sums.count,
    refused: sums.refused,
    addresses: addresses.map(({ place, ...use }) => ({ address: place, ...use })),
    endpoints: endpoints.map(({ place, ...use }) => ({ endpoint: place, ...use })),
  };
}

const count = sql<number>`sum(${credentialUse.count})::float8`;
const refused = sql<number>`sum(${credentialUse.refused})::float8`;
const lastAt = sql<Date>`max(${credentialUse.lastAt})`.mapWith(credentialUse.lastAt);

async function findPlaces(
  { db, tenantId, id, since }: UseOfToken,
  column: typeof credentialUse.address | typeof credentialUse.endpoint,
) {
  const rows = await db
    .select({ place: sql<string>`${column}`, count, refused, lastAt })
    .from(credentialUse)
    .innerJoin(credentials, eq(credentials.id, credentialUse.credentialId))
    .where(
      and(
        eq(credentials.tenantId, tenantId),
        eq(credentialUse.credentialId, id),
        gt(credentialUse.day, since),
        isNotNull(column),
      ),
    )
    .groupBy(column)
    .orderBy(desc(count), desc(lastAt))
    .limit(triageLimits.places);
  return rows.map((row) => ({ ...row, lastAt: row.lastAt.toISOString() }));
}

async function sumUses({ db, tenantId, id, since }: UseOfToken) {
  const [row] = await db
    .select({
      count: sql<number>`coalesce(${count}, 0)`,
      refused: sql<number>`coalesce(${refused}, 0)`,
      addresses: sql<number>`count(distinct ${credentialUse.address}) filter (where ${credentialUse.count} > 0)::int`,
    })
    .from(credentialUse)
    .innerJoin(credentials, eq(credentials.id, credentialUse.credentialId))
    .where(
      and(
        eq(credentials.tenantId, tenantId),
        eq(credentialUse.credentialId, id),
        gt(credentialUse.day, since),
      ),
    );
  return row ?? { count: 0, refused: 0, addresses: 0 };
}
