import { and, eq, gt, isNotNull, isNull, lte, not, or, sql, type SQL } from 'drizzle-orm';
import { isBlocked } from '#db/blocked-tokens.ts';
import type { Connection, Database } from '#db/client.ts';
import { beginsWith, folded, hasPart } from '#db/fold.ts';
import { isGone } from '#db/gone-tokens.ts';
import { byText, byTime, inOrder, isBehind, keyText, type Keyset, type SortKey } from '#db/keyset.ts';
import { credentialLastUse, credentials, secrets } from '#db/schema/credentials.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { countUseByDay } from '#server/core/credential-use/daily-use.ts';
import { readCursor, toPage } from '#server/core/paging/cursor.ts';
import { ownedBy, type Owner, selectTokens, type TokenRow } from '#server/credentials/tokens/queries.ts';
import { expiringBefore } from '#server/credentials/tokens/rules.ts';
import {
  tokenStatuses,
  type ListTokensInput,
  type MatchingTokens,
  type TokenCounts,
  type TokenPageView,
  type TokenStatus,
  type TokenView,
} from '#server/credentials/tokens/schema.ts';
import { toTokenView } from '#server/credentials/tokens/view.ts';

const sortKeys: Record<ListTokensInput['sort'], SortKey> = {
  createdAt: byTime(sql`${credentials.createdAt}`),
  expiresAt: byTime(sql`coalesce(${credentials.expiresAt}, 'infinity')`),
  lastUsedAt: byTime(sql`coalesce(${credentialLastUse.lastUsedAt}, '-infinity')`),
  name: byText(folded(credentials.name)),
};

/** A page of one's own tokens, the counts of all of them, and of those that match. Throws `validation_failed` for a cursor of somewhere else. */
export async function listTokens(
  db: Database,
  owner: Owner,
  input: ListTokensInput,
  at: Date,
): Promise<TokenPageView> {
  const { cursor, search, status } = input;
  const [page, counts, found] = await Promise.all([
    findPage(db, owner, input, at),
    countByStatus(db, ownedBy(owner), { at }),
    search && !cursor
      ? countByStatus(db, and(ownedBy(owner), matches(search)), { at, withSecret: true })
      : undefined,
  ]);
  return {
    items: await viewTokens(db, owner.tenantId, page.rows, at),
    nextCursor: page.nextCursor,
    counts,
    matching: cursor ? null : matchingOf(found ?? counts, status),
  };
}

/** What a status finds of tokens that were all counted. */
export function matchingOf(byStatus: TokenCounts, status: TokenStatus | undefined): MatchingTokens {
  return { count: byStatus[status ?? 'total'], isExact: true, byStatus };
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

async function findPage(db: Database, owner: Owner, input: ListTokensInput, at: Date) {
  const { cursor, limit, order, sort } = input;
  const keyset: Keyset = { key: sortKeys[sort], id: credentials.id, order };
  const list = { name: 'tokens', scope: owner.userId, sort, order, key: keyset.key.type };
  const place = readCursor(list, cursor);
  const rows = await selectTokens(db, keyText(keyset))
    .where(
      and(
        ownedBy(owner),
        input.status && statusIs(input.status, at),
        input.search ? matches(input.search) : undefined,
        place && isBehind(keyset, place),
      ),
    )
    .orderBy(inOrder(keyset))
    .limit(limit + 1);
  return toPage(list, rows, limit);
}

/** Part of a name, however it is written, or the start of a prefix. */
function matches(search: string): SQL | undefined {
  return or(hasPart(folded(credentials.name), search), beginsWith(secrets.prefix, search));
}

/** `tokenStatus` as SQL. */
export function statusIs(status: TokenStatus, at: Date): SQL | undefined {
  const kept = and(isNull(credentials.revokedAt), not(isGone));
  const alive = and(kept, or(isNull(credentials.expiresAt), gt(credentials.expiresAt, at)));
  const works = and(alive, eq(credentials.enabled, true), not(isBlocked));
  const soon = and(isNotNull(credentials.expiresAt), lte(credentials.expiresAt, expiringBefore(at)));
  const conditions: Record<TokenStatus, SQL | undefined> = {
    revoked: or(isNotNull(credentials.revokedAt), isGone),
    expired: and(kept, lte(credentials.expiresAt, at)),
    disabled: and(alive, eq(credentials.enabled, false)),
    blocked: and(alive, eq(credentials.enabled, true), isBlocked),
    expiring: and(works, soon),
    active: and(works, sql`(${soon}) is not true`),
  };
  return conditions[status];
}

interface Counting {
  at: Date;
  /** The condition is about the secret too. */
  withSecret?: boolean;
}

/** How many of some credentials there are of each status. */
export async function countByStatus(
  db: Database,
  which: SQL | undefined,
  { at, withSecret = false }: Counting,
): Promise<TokenCounts> {
  const counting = db.select(statusCounts(at)).from(credentials).$dynamic();
  const isCurrent = and(eq(secrets.credentialId, credentials.id), eq(secrets.state, 'current'));
  const [counts] = await (withSecret ? counting.innerJoin(secrets, isCurrent) : counting).where(which);
  if (!counts) throw new Error('count returned no row');
  return counts;
}

/** How many tokens there are in all and in each status, among those that a query finds. */
export function statusCounts(at: Date): Record<keyof TokenCounts, SQL<number>> {
  const count = (condition: SQL | undefined) => sql<number>`(count(*) filter (where ${condition}))::int`;
  const perStatus = Object.fromEntries(tokenStatuses.map((status) => [status, count(statusIs(status, at))]));
  return { total: sql<number>`count(*)::int`, ...(perStatus as Record<TokenStatus, SQL<number>>) };
}
