import { and, eq, isNotNull, isNull, or, sql, type SQL } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { hasPart } from '#db/fold.ts';
import { byText, byTime, inOrder, isBehind, keyText, type Keyset, type SortKey } from '#db/keyset.ts';
import { users } from '#db/schema/people.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { readCursor, toPage } from '#server/core/paging/cursor.ts';
import { selectUsers } from '#server/people/users/queries.ts';
import type { ListUsersInput, UserCounts, UserPageView, UserStatus } from '#server/people/users/schema.ts';
import { toUserView } from '#server/people/users/view.ts';

const sortKeys: Record<ListUsersInput['sort'], SortKey> = {
  name: byText(users.foldedName),
  email: byText(users.canonicalEmail),
  createdAt: byTime(sql`${users.createdAt}`),
  lastSignInAt: byTime(sql`coalesce(${users.lastSignInAt}, '-infinity')`),
};

const isThere = isNull(users.deletedAt);
const statusIs: Record<UserStatus, SQL | undefined> = {
  active: and(isThere, isNull(users.deactivatedAt)),
  deactivated: and(isThere, isNotNull(users.deactivatedAt)),
  deleted: isNotNull(users.deletedAt),
};

/** A page of the tenant's people, the counts of all of them, and of those that match. Throws `validation_failed` for a cursor of somewhere else. */
export async function listUsers(
  db: Database,
  tenantId: TenantId,
  input: ListUsersInput,
): Promise<UserPageView> {
  const { cursor, role, search, status } = input;
  const [page, counts, byStatus] = await Promise.all([
    findPage(db, tenantId, input),
    countByStatus(db, tenantId),
    cursor ? null : countByStatus(db, tenantId, narrowed({ role, search })),
  ]);
  return {
    items: page.rows.map(toUserView),
    nextCursor: page.nextCursor,
    counts,
    matching: byStatus && { count: byStatus[status ?? 'total'], isExact: true, byStatus },
  };
}

/** Every filter but the status. */
function narrowed({ role, search }: Pick<ListUsersInput, 'role' | 'search'>): SQL | undefined {
  return and(role && eq(users.role, role), search ? matches(search) : undefined);
}

async function findPage(db: Database, tenantId: TenantId, input: ListUsersInput) {
  const { cursor, limit, order, role, search, sort, status } = input;
  const keyset: Keyset = { key: sortKeys[sort], id: users.id, order };
  const list = { name: 'users', scope: tenantId, sort, order, key: keyset.key.type };
  const place = readCursor(list, cursor);
  const rows = await selectUsers(db, keyText(keyset))
    .where(
      and(
        eq(users.tenantId, tenantId),
        status ? statusIs[status] : isThere,
        narrowed({ role, search }),
        place && isBehind(keyset, place),
      ),
    )
    .orderBy(inOrder(keyset))
    .limit(limit + 1);
  return toPage(list, rows, limit);
}

/** Part of a name or of an address, however it is written. */
export function matches(search: string): SQL | undefined {
  return or(hasPart(users.foldedName, search), hasPart(users.canonicalEmail, search));
}

async function countByStatus(db: Database, tenantId: TenantId, filter?: SQL): Promise<UserCounts> {
  const count = (condition: SQL | undefined) => sql<number>`(count(*) filter (where ${condition}))::int`;
  const [counts] = await db
    .select({
      total: count(isThere),
      active: count(statusIs.active),
      deactivated: count(statusIs.deactivated),
      deleted: count(statusIs.deleted),
    })
    .from(users)
    .where(and(eq(users.tenantId, tenantId), filter));
  if (!counts) throw new Error('count returned no row');
  return counts;
}
