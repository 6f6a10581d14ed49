import { randomBytes } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';
import { canonicalEmail } from '#server/account-schema.ts';

/** How many of each kind were made useless. */
export type Retired = Record<string, number>;

/**
 * Makes useless whatever opened a door before: it cannot be known what of it was revoked after the backup. For whoever owns
 * the tables, in the transaction that restores them. Each token gets its audit row; of the rest, the caller's says how many.
 */
export async function retireSecrets(db: Connection, reason: string): Promise<Retired> {
  const tokens = await db.execute(sql`
    with revoked as (
      update credentials set revoked_at = now(), revoke_reason = ${reason} where revoked_at is null
      returning id, tenant_id, name)
    insert into audit_events (time, tenant_id, actor_kind, actor_label, action, resource_type, resource_id, resource_label,
      outcome, detail)
    select now(), tenant_id, 'system', 'operator', 'token.revoke', 'token', id, name, 'ok',
      jsonb_build_object('reason', ${reason}::text) from revoked`);
  const sessions = await db.execute(sql`delete from sessions`);
  const codes = await db.execute(
    sql`update one_time_codes set consumed_at = now() where consumed_at is null`,
  );
  const devices = await db.execute(sql`delete from device_requests`);
  const passwords = await db.execute(
    sql`update users set password_hash = null, password_chosen_by_admin = false where password_hash is not null`,
  );
  const identities = await db.execute(
    sql`update user_identities set retired_at = now() where unlinked_at is null and retired_at is null`,
  );
  const signingKeys = await db.execute(sql`
    update signing_keys set published_until = now(), signs_until = least(signs_until, now() - interval '1 second')
    where published_until > now()`);
  await replaceSignInKey(db);
  const ended = { token: tokens, session: sessions, code: codes, device: devices, password: passwords };
  const all = { ...ended, 'linked sign-in': identities, 'signing key': signingKeys };
  return Object.fromEntries(Object.entries(all).map(([kind, { rowCount }]) => [kind, rowCount ?? 0]));
}

/** By it browsers are known again; what was counted under the old one nobody can read any more. */
async function replaceSignInKey(db: Connection): Promise<void> {
  await db.execute(sql`update installation_keys set value = ${randomBytes(32)} where name = 'sign_in'`);
  await db.execute(sql`delete from sign_in_tallies`);
}

/** Switches off everybody but the admins with these addresses, each with an audit row. Returns how many. */
export async function deactivateAllBut(db: Connection, admins: string[], reason: string): Promise<number> {
  const { rowCount } = await db.execute(sql`
    with off as (
      update users set deactivated_at = now(), deactivate_reason = ${reason}
      where deactivated_at is null and deleted_at is null and not (role = 'admin' and ${isOneOf(admins)})
      returning id, tenant_id, email)
    insert into audit_events (time, tenant_id, actor_kind, actor_label, action, resource_type, resource_id, resource_label,
      outcome, detail)
    select now(), tenant_id, 'system', 'operator', 'user.deactivate', 'user', id, email, 'ok',
      jsonb_build_object('reason', ${reason}::text) from off`);
  return rowCount ?? 0;
}

/** Tenants that would be left without an admin, by their slugs. */
export async function listLeftAlone(db: Connection, admins: string[]): Promise<string[]> {
  const isActive = sql`role = 'admin' and deactivated_at is null and deleted_at is null`;
  const { rows } = await db.execute<{ slug: string }>(sql`
    select slug from tenants t
    where exists (select from users where tenant_id = t.id and ${isActive})
      and not exists (select from users where tenant_id = t.id and ${isActive} and ${isOneOf(admins)})
    order by slug`);
  return rows.map(({ slug }) => slug);
}

const isOneOf = (emails: string[]) =>
  sql`canonical_email = any (${sql.param(emails.map(canonicalEmail))}::text[])`;

export async function recordRestore(db: Connection, detail: Record<string, unknown>): Promise<void> {
  await db.execute(sql`
    insert into audit_events (time, tenant_id, actor_kind, actor_label, action, outcome, detail)
    select now(), id, 'system', 'operator', 'backup.restore', 'ok', ${JSON.stringify(detail)}::jsonb from tenants`);
}

/** The database's own time. */
export async function readTime(db: Connection): Promise<Date> {
  const { rows } = await db.execute<{ ms: number }>(
    sql`select extract(epoch from now())::float8 * 1000 as ms`,
  );
  return new Date(rows[0]?.ms ?? Number.NaN);
}
