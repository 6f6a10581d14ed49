import type { Database } from '#db/client.ts';
import type { Ctx } from '#server/core/access/context.ts';
import { auditActions } from '#server/core/audit/actions.ts';
import { type PagedList, readCursor, writeCursor } from '#server/core/paging/cursor.ts';
import { notFound } from '#server/errors.ts';
import {
  countEvents,
  type EventPage,
  type EventQuery,
  findEvent,
  findEvents,
} from '#server/oversight/audit-log/find.ts';
import { noteView } from '#server/oversight/audit-log/note-view.ts';
import type {
  AuditEventInput,
  AuditEventView,
  AuditPageView,
  ListAuditInput,
} from '#server/oversight/audit-log/schema.ts';
import { searchEvents } from '#server/oversight/audit-log/search-events.ts';
import { toEventView } from '#server/oversight/audit-log/view.ts';

/** A page of the tenant's log, newest first. That it was looked at is put into the log too. */
export async function listEvents(ctx: Ctx, input: ListAuditInput): Promise<AuditPageView> {
  const { cursor, limit, ...filter } = input;
  const { tenantId } = ctx.principal;
  const list: PagedList = {
    name: 'audit',
    scope: tenantId,
    sort: 'time',
    order: 'desc',
    key: 'timestamptz',
    id: 'number',
  };
  const before = readCursor(list, cursor);
  if (!before) noteView(ctx, { filter });
  const query = { tenantId, filter, before, limit };
  const [{ rows, next }, counted] = await Promise.all([
    readEvents(ctx.runtime.db, query),
    before || filter.search ? undefined : countEvents(ctx.runtime.db, query),
  ]);
  // What words find is not counted beyond the page; and what came between the two statements would make a whole page longer
  // than its count.
  const matching = next && counted ? counted : { count: rows.length, isExact: !next };
  return {
    items: rows.map(toEventView),
    nextCursor: next ? writeCursor(list, next) : null,
    matching: before ? null : matching,
  };
}

/** One row of the tenant's log. That it was looked at is put into the log too. Throws `not_found`. */
export async function getEvent(ctx: Ctx, { sequence }: AuditEventInput): Promise<AuditEventView> {
  const row = await findEvent(ctx.runtime.db, ctx.principal.tenantId, sequence);
  if (!row) throw notFound('event');
  noteView(ctx, { event: sequence });
  return toEventView(row);
}

/** A page of the rows asked for. An action's whole code is no word of a row, so a search for one is for the action. */
export function readEvents(db: Database, query: EventQuery): Promise<EventPage> {
  const { search, ...filter } = query.filter;
  if (!search) return findEvents(db, query);
  const action = auditActions.find((code) => code === search);
  const isWithin = !filter.action || filter.action === `${action?.split('.')[0]}.*`;
  if (!action || !isWithin) return searchEvents(db, query, search);
  return findEvents(db, { ...query, filter: { ...filter, action } });
}
