import { sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import type { Runtime } from '#server/core/access/context.ts';
import { findKeyContacts } from '#server/core/notifications/find-key-contacts.ts';
import { notify, type NewNotice } from '#server/core/notifications/notify.ts';
import { expiryNotices, type NoticeKind } from '#server/core/notifications/schema.ts';

const batchSize = 500;
const { expires_14: first, expires_7: second, expires_1: last } = expiryNotices;

interface Due {
  id: string;
  tenant_id: string;
  owner_user_id: string | null;
  made_by: string | null;
  expires_at: string;
  kind: NoticeKind;
}

/** Tells the owners of tokens, and those who answer for keys, of what is about to expire. Returns of how many. */
export async function notifyExpiring(runtime: Runtime): Promise<number> {
  let told = 0;
  for (;;) {
    const due = await findDue(runtime.db, runtime.clock.now());
    const found = await Promise.all(due.map((row) => noticesOf(runtime.db, row)));
    await runtime.db.transaction((tx) => notify(tx, runtime, found.flat()));
    told += due.length;
    if (due.length < batchSize) return told;
  }
}

async function noticesOf(db: Database, row: Due): Promise<NewNotice[]> {
  const { id: credentialId, tenant_id: tenantId, owner_user_id: ownerId, kind } = row;
  const whom = ownerId ? [ownerId] : await findKeyContacts(db, { tenantId, madeBy: row.made_by ?? '' });
  const day = new Date(row.expires_at);
  return whom.map((userId) => ({ tenantId, userId, credentialId, kind, day }));
}

/**
 * Tokens in use (in the last 30 days) that end soon and of which no one has been told so. One that was made for a shorter
 * time than the notice is early is not worth that notice.
 */
async function findDue(db: Database, at: Date): Promise<Due[]> {
  const now = sql`${at.toISOString()}::timestamptz`;
  const { rows } = await db.execute<Due & Record<string, unknown>>(sql`
    select due.id, due.tenant_id, due.owner_user_id, due.made_by, due.expires_at, due.notice as kind
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
    join tenants on tenants.id = due.tenant_id and tenants.suspended_at is null
    join credential_last_use use on use.credential_id = due.id
    where due.enabled
      and exists (
        select from users
        where users.tenant_id = due.tenant_id and users.deactivated_at is null and users.deleted_at is null
          and case when due.owner_user_id is null then users.role in ('manager', 'admin')
            else users.id = due.owner_user_id end
      )
      and use.last_used_at > ${now} - interval '30 days'
      and due.expires_at - due.created_at > make_interval(days => due.days)
      and not exists (
        select from notices told where told.credential_id = due.id and told.kind = due.notice
      )
    order by due.expires_at
    limit ${batchSize}`);
  return rows;
}
