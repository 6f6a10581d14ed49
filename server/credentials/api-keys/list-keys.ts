import { and, eq, or, sql, type SQL } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { beginsWith, folded, hasPart } from '#db/fold.ts';
import { byText, byTime, inOrder, isBehind, keyText, type Keyset, type SortKey } from '#db/keyset.ts';
import { reaches } from '#db/reach.ts';
import { credentialLastUse, credentials, secrets } from '#db/schema/credentials.ts';
import type { Ctx } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { wholeOf } from '#server/core/access/resources.ts';
import { readCursor, toPage } from '#server/core/paging/cursor.ts';
import { isKeyOf, selectKeys } from '#server/credentials/api-keys/queries.ts';
import type { KeyPageView, ListKeysInput } from '#server/credentials/api-keys/schema.ts';
import { toKeyView } from '#server/credentials/api-keys/view.ts';
import { countByStatus, matchingOf, statusIs } from '#server/credentials/tokens/list.ts';

const sortKeys: Record<ListKeysInput['sort'], SortKey> = {
  createdAt: byTime(sql`${credentials.createdAt}`),
  expiresAt: byTime(sql`coalesce(${credentials.expiresAt}, 'infinity')`),
  lastUsedAt: byTime(sql`coalesce(${credentialLastUse.lastUsedAt}, '-infinity')`),
  name: byText(folded(credentials.name)),
};

/** A page of the tenant's keys, the counts of all of them, and of those that match. Throws `validation_failed` for a cursor of somewhere else. */
export async function listKeys({ runtime, principal, now }: Ctx, input: ListKeysInput): Promise<KeyPageView> {
  const { tenantId } = principal;
  const at = now();
  const { status, cursor, ...narrowed } = input;
  const ofAnyStatus = and(isKeyOf(tenantId), passes(narrowed, at));
  const [page, counts, found] = await Promise.all([
    findPage(runtime.db, tenantId, input, at),
    countByStatus(runtime.db, isKeyOf(tenantId), { at }),
    cursor ? undefined : countByStatus(runtime.db, ofAnyStatus, { at, withSecret: true }),
  ]);
  return {
    items: page.rows.map((row) => toKeyView(row, at)),
    nextCursor: page.nextCursor,
    counts,
    matching: found ? matchingOf(found, status) : null,
  };
}

async function findPage(db: Database, tenantId: TenantId, input: ListKeysInput, at: Date) {
  const { cursor, limit, order, sort } = input;
  const keyset: Keyset = { key: sortKeys[sort], id: credentials.id, order };
  const list = { name: 'keys', scope: tenantId, sort, order, key: keyset.key.type };
  const place = readCursor(list, cursor);
  const rows = await selectKeys(db, keyText(keyset))
    .where(and(isKeyOf(tenantId), passes(input, at), place && isBehind(keyset, place)))
    .orderBy(inOrder(keyset))
    .limit(limit + 1);
  return toPage(list, rows, limit);
}

function passes(
  { status, enabled, creator, resource, search }: Omit<ListKeysInput, 'cursor'>,
  at: Date,
): SQL | undefined {
  return and(
    status ? statusIs(status, at) : undefined,
    enabled === undefined ? undefined : eq(credentials.enabled, enabled),
    creator ? eq(credentials.madeBy, creator) : undefined,
    resource && reaches(credentials.resources, { ...resource, wholeId: wholeOf(resource.id) }),
    search ? or(hasPart(folded(credentials.name), search), beginsWith(secrets.prefix, search)) : undefined,
  );
}
