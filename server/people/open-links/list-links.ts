import type { Database } from '#db/client.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import type { LinkPageView, ListLinksInput } from '#server/core/one-time-codes/schema.ts';
import { readCursor, toPage } from '#server/core/paging/cursor.ts';
import { findOpenLinks, newestLinksFirst } from '#server/people/open-links/queries.ts';
import { toLinkView } from '#server/people/open-links/view.ts';

/** A page of what was handed out in a tenant and still works, the newest first. Throws `validation_failed` for a cursor of another list. */
export async function listLinks(
  db: Database,
  of: { tenantId: TenantId; at: Date },
  { cursor, limit }: ListLinksInput,
): Promise<LinkPageView> {
  const { key, order } = newestLinksFirst;
  const list = { name: 'links', scope: of.tenantId, sort: 'createdAt', order, key: key.type };
  const place = readCursor(list, cursor);
  const found = await findOpenLinks(db, of, { place, limit: limit + 1 });
  const { rows, nextCursor } = toPage(list, found, limit);
  return { items: rows.map(toLinkView), nextCursor };
}
