import { and, desc, eq, gt, inArray, lt, sql, type SQL } from 'drizzle-orm';
import type { Connection, Database, Transaction } from '#db/client.ts';
import { credentials, credentialUse } from '#db/schema/credentials.ts';
import type { TenantId } from '#server/core/access/principal.ts';

export const dailyUse = { shownDays: 30, keptDays: 90, pairsPerDay: 50 } as const;

const dayMs = 86_400_000;
const pruneBatch = 5_000;

/**
 * Adds uses to their days. Beyond 50 pairs of address and endpoint the rest of a credential's day falls together into one
 * row, so that a caller with many addresses cannot fill the disk; uses from an unknown address are part of that rest. Their last
 * uses have to be locked.
 */
export async function addDailyUse(tx: Transaction, uses: SQL): Promise<void> {
  await tx.execute(sql`
    with incoming as materialized (
      select id, (at at time zone 'UTC')::date as day, case when endpoint is not null then address end as address, endpoint,
        max(at) as last_at,
        coalesce(sum(count) filter (where not is_refused), 0) as used,
        coalesce(sum(count) filter (where is_refused), 0) as refused
      from ${uses}
      group by 1, 2, 3, 4
    ), counted as (
      update credential_use stored set
        count = stored.count + used,
        refused = stored.refused + incoming.refused,
        last_at = greatest(stored.last_at, incoming.last_at)
      from incoming
      where stored.credential_id = incoming.id and stored.day = incoming.day
        and stored.address = incoming.address and stored.endpoint = incoming.endpoint
      returning incoming.id, incoming.day, incoming.address, incoming.endpoint
    ), new as (
      select * from incoming where address is null or (id, day, address, endpoint) not in (select * from counted)
    ), placed as (
      select new.*, address is not null and row_number() over (partition by id, day, address is null order by last_at) + (
        select count(address) from credential_use stored where stored.credential_id = new.id and stored.day = new.day
      ) <= ${dailyUse.pairsPerDay} as fits
      from new
    )
    insert into credential_use as stored (credential_id, day, address, endpoint, count, refused, last_at)
    select id, day, case when fits then address end, case when fits then endpoint end,
      sum(used), sum(refused), max(last_at)
    from placed group by 1, 2, 3, 4
    on conflict (credential_id, day, address, endpoint) do update set
      count = stored.count + excluded.count,
      refused = stored.refused + excluded.refused,
      last_at = greatest(stored.last_at, excluded.last_at)`);
}

/** How often each credential was used on each of the last 30 days (UTC), oldest first; one query for all of them. */
export async function countUseByDay(
  db: Connection,
  tenantId: TenantId,
  ids: string[],
  at: Date,
): Promise<Map<string, number[]>> {
  const byDay = new Map(ids.map((id) => [id, Array<number>(dailyUse.shownDays).fill(0)]));
  if (ids.length === 0) return byDay;
  const today = Math.floor(at.getTime() / dayMs);
  const rows = await db
    .select({
      id: credentialUse.credentialId,
      day: credentialUse.day,
      count: sql<number>`sum(${credentialUse.count})::float8`,
    })
    .from(credentialUse)
    .innerJoin(credentials, eq(credentials.id, credentialUse.credentialId))
    .where(
      and(
        eq(credentials.tenantId, tenantId),
        inArray(credentialUse.credentialId, ids),
        gt(credentialUse.day, dayOf(at, dailyUse.shownDays)),
      ),
    )
    .groupBy(credentialUse.credentialId, credentialUse.day);
  for (const { id, day, count } of rows) {
    const place = dailyUse.shownDays - 1 - (today - Date.parse(day) / dayMs);
    const days = byDay.get(id);
    if (days && place < days.length) days[place] = count;
  }
  return byDay;
}

export type UseOrigin = Awaited<ReturnType<typeof findPlaces>>[number];

/** From where and for what a credential was used in the last 30 days, and how often in vain; the latest first. 1,530 at most. */
export function findPlaces(db: Connection, tenantId: TenantId, id: string, at: Date) {
  const lastAt = sql<Date>`max(${credentialUse.lastAt})`.mapWith(credentialUse.lastAt);
  return db
    .select({
      address: credentialUse.address,
      endpoint: credentialUse.endpoint,
      count: sql<number>`sum(${credentialUse.count})::float8`,
      refused: sql<number>`sum(${credentialUse.refused})::float8`,
      lastAt,
    })
    .from(credentialUse)
    .innerJoin(credentials, eq(credentials.id, credentialUse.credentialId))
    .where(
      and(
        eq(credentials.tenantId, tenantId),
        eq(credentials.id, id),
        gt(credentialUse.day, dayOf(at, dailyUse.shownDays)),
      ),
    )
    .groupBy(credentialUse.address, credentialUse.endpoint)
    .orderBy(desc(lastAt));
}

/** Removes what is older than 90 days, a few thousand rows a statement. Returns how many rows that were. */
export async function pruneDailyUse(db: Database, at: Date): Promise<number> {
  let pruned = 0;
  for (;;) {
    const some = db
      .select({ row: sql`ctid` })
      .from(credentialUse)
      .where(lt(credentialUse.day, dayOf(at, dailyUse.keptDays)))
      .limit(pruneBatch);
    const { rowCount } = await db.delete(credentialUse).where(sql`ctid in ${some}`);
    pruned += rowCount ?? 0;
    if ((rowCount ?? 0) < pruneBatch) return pruned;
  }
}

/** The day (UTC) that lies some days back, as `yyyy-mm-dd`. */
function dayOf(at: Date, daysBack: number): string {
  return new Date(at.getTime() - daysBack * dayMs).toISOString().slice(0, 10);
}
