import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Connection, Transaction } from '#db/client.ts';
import { beginsWith, hasPart } from '#db/fold.ts';
import { goneOwners, isGone, revokedOrGone } from '#db/gone-tokens.ts';
import { credentialSearch } from '#db/schema/admin-tokens.ts';
import { credentials, secrets } from '#db/schema/credentials.ts';
import { users } from '#db/schema/people.ts';
import { canonicalEmail } from '#server/account-schema.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { idSchema } from '#server/core/access/schema.ts';
import type { StatusCount } from '#server/credentials/token-triage/rules.ts';

/** The person whom an id means, or an e-mail address that is somebody's now. */
export async function findOwners(db: Connection, tenantId: TenantId, user: string): Promise<string[]> {
  const isId = idSchema.safeParse(user).success;
  const meant = isId
    ? eq(users.id, user)
    : and(eq(users.canonicalEmail, canonicalEmail(user)), isNull(users.deletedAt));
  const rows = await db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.tenantId, tenantId), meant));
  return rows.map((row) => row.id);
}

/** Whether the index for searches could be made: it needs an extension. */
export async function hasSearchIndex(db: Connection): Promise<boolean> {
  const { rows } = await db.execute<{ found: boolean }>(
    sql`select to_regclass('credential_search_text') is not null as found`,
  );
  return rows[0]?.found ?? false;
}

/** Up to `limit` tokens that a search finds by their names, their owners or their prefixes. */
export async function findMatching(
  db: Connection,
  tenantId: TenantId,
  search: string,
  limit: number,
): Promise<string[]> {
  const byText = sql`select ${credentialSearch.credentialId} as id from ${credentialSearch}
    where ${credentialSearch.tenantId} = ${tenantId} and ${hasPart(credentialSearch.text, search)} limit ${limit}`;
  const byPrefix = sql`select distinct ${credentials.id} from ${secrets}
    join ${credentials} on ${credentials.id} = ${secrets.credentialId}
    where ${credentials.tenantId} = ${tenantId} and ${beginsWith(secrets.prefix, search)} limit ${limit}`;
  const { rows } = await db.execute<{ id: string }>(
    sql`select id from ((${byText}) union (${byPrefix})) as found limit ${limit}`,
  );
  return rows.map((row) => row.id);
}

/** Whose tokens are blocked: of deactivated people, and in a suspended tenant of everyone. */
const blockedOwners = (tenantId: TenantId) => sql`
  select id from users where tenant_id = ${tenantId} and deleted_at is null and (deactivated_at is not null
    or (select suspended_at is not null from tenants where id = ${tenantId}))`;

export async function findBlockedOwners(db: Connection, tenantId: TenantId): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(blockedOwners(tenantId));
  return rows.map(({ id }) => id);
}

/** Counts by swept status, what is gone among the revoked, and of those whose time came since: in one statement, so that nothing moves in between. */
export async function findTallies(
  db: Connection,
  tenantId: TenantId,
  { at, expiringBefore }: { at: Date; expiringBefore: Date },
): Promise<StatusCount[]> {
  const [now, soon] = [at.toISOString(), expiringBefore.toISOString()];
  const { rows } = await db.execute<StatusCount & Record<string, unknown>>(sql`
    with gone as materialized (
      select token.swept_status from ${goneOwners} as owner cross join lateral (
        select swept_status from credentials
        where owner_user_id = owner.id and tenant_id = ${tenantId} and revoked_at is null offset 0
      ) as token
    )
    select status, sum(count)::int as count, sum(due)::int as due, sum(turned)::int as turned, sum(blocked)::int as blocked from (
      select status, count, 0 as due, 0 as turned, 0 as blocked from credential_tallies where tenant_id = ${tenantId}
      union all
      select swept_status, 0, count(*) filter (where expires_at <= ${now}), count(*), 0 from credentials
      where tenant_id = ${tenantId} and turns_at <= ${now} and owner_user_id is not null and not ${isGone} group by swept_status
      union all
      select status, sum(count), 0, 0, 0 from (
        select swept_status, -count(*) from gone group by swept_status union all select 'revoked', count(*) from gone
      ) as moved (status, count) group by status
      union all
      select case when expires_at <= ${soon} then 'expiring' else 'active' end, 0, 0, 0, count(*)
      from (${blockedOwners(tenantId)}) as owner cross join lateral (
        select expires_at from credentials
        where owner_user_id = owner.id and tenant_id = ${tenantId} and revoked_at is null and enabled
          and (expires_at > ${now} or expires_at is null) offset 0
      ) as token group by 1
    ) as parts group by status`);
  return rows;
}

/** Tokens of a tenant under a lock, taken in the order of their ids, so that nobody waits in a circle. */
export function lockTokens(tx: Transaction, tenantId: TenantId, ids: string[]) {
  return tx
    .select({
      id: credentials.id,
      name: credentials.name,
      enabled: credentials.enabled,
      held: credentials.held,
      expiresAt: credentials.expiresAt,
      revokedAt: revokedOrGone(users),
      ownerId: credentials.ownerUserId,
    })
    .from(credentials)
    .innerJoin(users, eq(users.id, credentials.ownerUserId))
    .where(and(eq(credentials.tenantId, tenantId), inArray(credentials.id, ids)))
    .orderBy(credentials.id)
    .for('no key update', { of: credentials });
}
export type LockedToken = Awaited<ReturnType<typeof lockTokens>>[number];

export async function updateTokens(
  tx: Transaction,
  tenantId: TenantId,
  ids: string[],
  changes: Partial<typeof credentials.$inferInsert>,
): Promise<void> {
  await tx
    .update(credentials)
    .set(changes)
    .where(and(eq(credentials.tenantId, tenantId), inArray(credentials.id, ids)));
}

/** A type, not an interface: what a query may return has to have an index signature. */
export type FoundSecret = { state: (typeof secrets.$inferSelect)['state']; credentialId: string };

/** Which of a tenant's credentials some secrets belong to, whatever became of them. */
export async function findByHash(
  db: Connection,
  tenantId: TenantId,
  hashes: Buffer[],
): Promise<(FoundSecret & { hash: Buffer })[]> {
  return db
    .select({ hash: secrets.hash, state: secrets.state, credentialId: credentials.id })
    .from(secrets)
    .innerJoin(credentials, eq(credentials.id, secrets.credentialId))
    .where(
      and(eq(credentials.tenantId, tenantId), sql`${secrets.hash} = any(${sql.param(hashes)}::bytea[])`),
    );
}

/** Which of a tenant's credentials have, or had, secrets that begin so: of each prefix the newest `limit`. */
export async function findByPrefix(
  db: Connection,
  tenantId: TenantId,
  { prefixes, limit }: { prefixes: string[]; limit: number },
): Promise<(FoundSecret & { prefix: string })[]> {
  const { rows } = await db.execute<FoundSecret & { prefix: string }>(sql`
    select wanted.prefix, found.state, found."credentialId"
    from unnest(${sql.param(prefixes)}::text[]) as wanted (prefix) cross join lateral (
      select ${secrets.state} as state, ${credentials.id} as "credentialId" from ${secrets}
      join ${credentials} on ${credentials.id} = ${secrets.credentialId}
      where ${secrets.prefix} = wanted.prefix and ${credentials.tenantId} = ${tenantId}
      order by ${secrets.createdAt} desc, ${credentials.id} limit ${limit}
    ) as found`);
  return rows;
}
