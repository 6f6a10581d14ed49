import { sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { tenants } from '#db/schema/people.ts';

const batch = 1_000;
const tallyBatch = 5_000;

/** Writes down whose time has come, and puts the tallies of each tenant together. Lists are right without it, and fast with it. */
export async function sweepTokens(db: Database, at: Date): Promise<void> {
  for (const { id } of await db.select({ id: tenants.id }).from(tenants)) {
    while ((await sweepBatch(db, id, at)) === batch) await gatherTallies(db, id);
    while ((await gatherTallies(db, id)) === tallyBatch);
  }
}

/** What somebody else holds at this moment is left for the next time. */
async function sweepBatch(db: Database, tenantId: string, at: Date): Promise<number> {
  const now = at.toISOString();
  const { rowCount } = await db.transaction((tx) =>
    tx.execute(sql`
      update credentials set swept_life = case when expires_at <= ${now} then 'expired' else 'expiring' end
      where id in (
        select id from credentials where tenant_id = ${tenantId} and turns_at <= ${now}
        limit ${batch} for no key update skip locked)`),
  );
  return rowCount ?? 0;
}

/** Rows that another server puts together at this moment are left to it. Returns how many there were. */
async function gatherTallies(db: Database, tenantId: string): Promise<number> {
  const { rows } = await db.execute<{ gathered: number }>(sql`
    with chosen as (
      select ctid from credential_tallies where tenant_id = ${tenantId} limit ${tallyBatch} for update skip locked
    ), gone as (
      delete from credential_tallies where ctid in (select ctid from chosen) returning status, count
    ), sums as (
      insert into credential_tallies (tenant_id, status, count)
      select ${tenantId}::uuid, status, sum(count) from gone group by status having sum(count) <> 0
    )
    select count(*)::int as gathered from gone`);
  return rows[0]?.gathered ?? 0;
}
