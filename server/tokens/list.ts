import { and, asc, desc, eq, gt, isNotNull, isNull, lte, not, or, sql, type SQL } from 'drizzle-orm';
import type { Connection, Database } from '#db/client.ts';
import { isGone } from '#db/gone-tokens.ts';
import { isBehind, literalPattern } from '#db/keyset.ts';
import { credentialLastUse, credentials, secrets } from '#db/schema/credentials.ts';
import type { TenantId } from '#server/access/principal.ts';
import { countUseByDay } from '#server/credentials/daily-use.ts';
import { invalid } from '#server/errors.ts';
import {
  findToken,
  ownedBy,
  selectTokens,
  toTokenView,
  type Owner,
  type TokenRow,
} from '#server/tokens/queries.ts';
import { expiringBefore } from '#server/tokens/rules.ts';
import {
  tokenStatuses,
  type ListTokensInput,
  type TokenPageView,
  type TokenStatus,
  type TokenView,
} from '#server/tokens/schema.ts';

/** What each sort goes by; never null, so that a page can begin after any row. */
const sortKeys: Record<ListTokensInput['sort'], SQL> = {
  createdAt: sql`${credentials.createdAt}`,
  expiresAt: sql`coalesce(${credentials.expiresAt}, 'infinity')`,
  lastUsedAt: sql`coalesce(${credentialLastUse.lastUsedAt}, '-infinity')`,
  name: sql`lower(${credentials.name})`,
};

/** A page of one's own tokens, and the counts of all of them. Throws `validation_failed` for a cursor of somewhere else. */
export async function listTokens(
  db: Database,
  owner: Owner,
  input: ListTokensInput,
  at: Date,
): Promise<TokenPageView> {
  if (input.cursor && !(await findToken(db, owner, input.cursor))) {
    throw invalid('cursor', 'This cursor does not belong to this list. Start again without one.');
  }
  const [rows, counts] = await Promise.all([findPage(db, owner, input, at), countByStatus(db, owner, at)]);
  const items = rows.slice(0, input.limit);
  return {
    items: await viewTokens(db, owner.tenantId, items, at),
    nextCursor: rows.length > input.limit ? (items.at(-1)?.id ?? null) : null,
    counts,
  };
}

/** Tokens as they are shown, with one query for the use of all of them. */
export async function viewTokens(
  db: Connection,
  tenantId: TenantId,
  rows: TokenRow[],
  at: Date,
): Promise<TokenView[]> {
  const ids = rows.map((row) => row.id);
  const useByDay = await countUseByDay(db, tenantId, ids, at);
  return rows.map((row) => toTokenView(row, at, useByDay.get(row.id) ?? []));
}

/** One token as it is shown. */
export async function viewToken(
  db: Connection,
  tenantId: TenantId,
  row: TokenRow,
  at: Date,
): Promise<TokenView> {
  const useByDay = await countUseByDay(db, tenantId, [row.id], at);
  return toTokenView(row, at, useByDay.get(row.id) ?? []);
}

/** One row more than asked for tells whether there is a next page. */
function findPage(db: Database, owner: Owner, input: ListTokensInput, at: Date) {
  const { cursor, order } = input;
  const [key, direction] = [sortKeys[input.sort], order === 'asc' ? asc : desc];
  const table = sql`${credentials} join ${credentialLastUse} on ${credentialLastUse.credentialId} = ${credentials.id}`;
  return selectTokens(db)
    .where(
      and(
        ownedBy(owner),
        input.status && statusIs(input.status, at),
        input.search ? matches(input.search) : undefined,
        isBehind({ cursor, key, id: credentials.id, table, order }),
      ),
    )
    .orderBy(direction(key), direction(credentials.id))
    .limit(input.limit + 1);
}

/** Part of a name, whatever its case, or the start of a prefix. */
function matches(search: string): SQL | undefined {
  const literal = literalPattern(search);
  return or(sql`${credentials.name} ilike ${`%${literal}%`}`, sql`${secrets.prefix} like ${`${literal}%`}`);
}

/** `tokenStatus` as SQL. */
export function statusIs(status: TokenStatus, at: Date): SQL | undefined {
  const kept = and(isNull(credentials.revokedAt), not(isGone));
  const alive = and(kept, or(isNull(credentials.expiresAt), gt(credentials.expiresAt, at)));
  const soon = and(isNotNull(credentials.expiresAt), lte(credentials.expiresAt, expiringBefore(at)));
  const conditions: Record<TokenStatus, SQL | undefined> = {
    revoked: or(isNotNull(credentials.revokedAt), isGone),
    expired: and(kept, lte(credentials.expiresAt, at)),
    disabled: and(alive, eq(credentials.enabled, false)),
    expiring: and(alive, eq(credentials.enabled, true), soon),
    active: and(alive, eq(credentials.enabled, true), sql`(${soon}) is not true`),
  };
  return conditions[status];
}

async function countByStatus(db: Database, owner: Owner, at: Date): Promise<TokenPageView['counts']> {
  const count = (condition: SQL | undefined) => sql<number>`(count(*) filter (where ${condition}))::int`;
  const perStatus = Object.fromEntries(tokenStatuses.map((status) => [status, count(statusIs(status, at))]));
  const [counts] = await db
    .select({ total: sql<number>`count(*)::int`, ...(perStatus as Record<TokenStatus, SQL<number>>) })
    .from(credentials)
    .where(ownedBy(owner));
  if (!counts) throw new Error('count returned no row');
  return counts;
}
