import { and, asc, desc, eq, isNotNull, isNull, or, sql, type SQL } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { isBehind, literalPattern } from '#db/keyset.ts';
import { users } from '#db/schema/people.ts';
import type { TenantId } from '#server/access/principal.ts';
import { invalid } from '#server/errors.ts';
import { findUserRecord, selectUsers, toUserView } from '#server/users/queries.ts';
import type { ListUsersInput, UserPageView, UserStatus } from '#server/users/schema.ts';

/** What each sort goes by; never null, so that a page can begin after any row. */
const sortKeys: Record<ListUsersInput['sort'], SQL> = {
  name: sql`lower(${users.name})`,
  email: sql`lower(${users.email})`,
  createdAt: sql`${users.createdAt}`,
  lastSignInAt: sql`coalesce(${users.lastSignInAt}, '-infinity')`,
};

const isThere = isNull(users.deletedAt);
const statusIs: Record<UserStatus, SQL | undefined> = {
  active: and(isThere, isNull(users.deactivatedAt)),
  deactivated: and(isThere, isNotNull(users.deactivatedAt)),
  deleted: isNotNull(users.deletedAt),
};

/** A page of the tenant's people, and the counts of all of them. Throws `validation_failed` for a cursor of somewhere else. */
export async function listUsers(
  db: Database,
  tenantId: TenantId,
  input: ListUsersInput,
): Promise<UserPageView> {
  if (input.cursor && !(await findUserRecord(db, tenantId, input.cursor))) {
    throw invalid('cursor', 'This cursor does not belong to this list. Start again without one.');
  }
  const [records, counts] = await Promise.all([findPage(db, tenantId, input), countByStatus(db, tenantId)]);
  const items = records.slice(0, input.limit).map(toUserView);
  return {
    items,
    nextCursor: records.length > input.limit ? (items.at(-1)?.id ?? null) : null,
    counts,
  };
}

/** One row more than asked for tells whether there is a next page. */
function findPage(db: Database, tenantId: TenantId, input: ListUsersInput) {
  const { cursor, order, role, search, status } = input;
  const [key, direction] = [sortKeys[input.sort], order === 'asc' ? asc : desc];
  return selectUsers(db)
    .where(
      and(
        eq(users.tenantId, tenantId),
        status ? statusIs[status] : isThere,
        role && eq(users.role, role),
        search ? matches(search) : undefined,
        isBehind({ cursor, key, id: users.id, table: users, order }),
      ),
    )
    .orderBy(direction(key), direction(users.id))
    .limit(input.limit + 1);
}

/** Part of a name or of an address, whatever its case. */
function matches(search: string): SQL | undefined {
  const pattern = `%${literalPattern(search)}%`;
  return or(sql`${users.name} ilike ${pattern}`, sql`${users.email} ilike ${pattern}`);
}

async function countByStatus(db: Database, tenantId: TenantId): Promise<UserPageView['counts']> {
  const count = (condition: SQL | undefined) => sql<number>`(count(*) filter (where ${condition}))::int`;
  const [counts] = await db
    .select({
      total: count(isThere),
      active: count(statusIs.active),
      deactivated: count(statusIs.deactivated),
      deleted: count(statusIs.deleted),
    })
    .from(users)
    .where(eq(users.tenantId, tenantId));
  if (!counts) throw new Error('count returned no row');
  return counts;
}
