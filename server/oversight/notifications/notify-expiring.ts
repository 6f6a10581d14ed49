import { sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import type { Runtime } from '#server/core/access/context.ts';
import { notify } from '#server/core/notifications/notify.ts';
import { expiryNotices, type NoticeKind } from '#server/core/notifications/schema.ts';

const batchSize = 500;
const { expires_14: first, expires_7: second, expires_1: last } = expiryNotices;

interface Due {
  id: string;
  tenant_id: string;
  owner_user_id: string;
  expires_at: string;
  kind: NoticeKind;
}

/** Tells the owners of tokens that are about to expire. Returns how many notices that made. */
export async function notifyExpiring(runtime: Runtime): Promise<number> {
  let told = 0;
  for (;;) {
    const due = await findDue(runtime.db, runtime.clock.now());
    const found = due.map((row) => ({
      tenantId: row.tenant_id,
      userId: row.owner_user_id,
      credentialId: row.id,
      kind: row.kind,
      day: new Date(row.expires_at),
    }));
    await runtime.db.transaction((tx) => notify(tx, runtime, found));
    told += due.length;
    if (due.length < batchSize) return told;
  }
}

/**
 * Tokens in use (in the last 30 days) that end soon and whose owner has not been told so. One that was made for a shorter
 * time than the notice is early is not worth that notice.
 */
async function findDue(db: Database, at: Date): Promise<Due[]> {
  const now = sql`${at.toISOString()}::timestamptz`;
  const { rows } = await db.execute<Due & Record<string, unknown>>(sql`
    select due.id, due.tenant_id, due.owner_user_id, due.expires_at, due.notice as kind
    from (
      select *, 'expires_' || days as notice from (
        select *, case
          when expires_at <= ${now} + make_interval(days => ${last}) then ${last}
          when expires_at <= ${now} + make_interval(days => ${second}) then ${second}
          else ${first}
        end::int as days
        from credentials
        where revoked_at is null and expires_at > ${now} and expires_at <= ${now} + make_interval(days => ${first})
      ) as ending
    ) as due
    join users on users.id = due.owner_user_id and users.deactivated_at is null and users.deleted_at is null
    join credential_last_use use on use.credential_id = due.id
    where due.enabled
      and use.last_used_at > ${now} - interval '30 days'
      and due.expires_at - due.created_at > make_interval(days => due.days)
      and not exists (
        select from notices told where told.credential_id = due.id and told.kind = due.notice
      )
    order by due.expires_at
    limit ${batchSize}`);
  return rows;
}
