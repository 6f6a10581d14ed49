import { sql, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from '#db/client.ts';
import {
  and,
  conditions,
  eventColumns,
  newestEventsFirst,
  present,
  scope,
  eventTime,
  toEventPage,
  type EventPage,
  type EventQuery,
  type EventRow,
} from '#server/oversight/audit-log/find.ts';

/** Common words fill a page from the next rows; for rarer ones the index of words is asked, month by month. */
const lookBehind = 20_000;
const firstLookBehind = 5_000;
/** After this long a page ends where it is, and the next one goes on: the first comes at once, whatever it holds. */
const patienceMs = 250;
const firstPatienceMs = 20;

/** A page of the rows that a search finds: by the words in them, or by an id. */
export async function searchEvents(db: Database, query: EventQuery, search: string): Promise<EventPage> {
  const others = present(conditions(query.filter));
  if (z.uuid().safeParse(search).success) return searchById(db, query, { id: search, others });
  if (!/[\p{L}\p{N}]/u.test(search)) return { rows: [], next: undefined };
  const fits = and([
    sql`audit_words(actor_label, resource_label, address, code) @@ audit_query(${search})`,
    ...others,
  ]);
  const until = performance.now() + (query.before ? patienceMs : firstPatienceMs);
  // A page before this one went by months already: the word is a rare one.
  if (query.before?.id !== betweenMonths) {
    const newest = await searchNewest(db, query, { search, fits });
    if (newest.length > query.limit) return toEventPage(newest, query.limit);
  }
  return searchByMonth(db, query, { fits, until });
}

/** No row's sequence: the place before all rows of a month. */
const betweenMonths = '0';

/** For a first look that costs less, the first word has to be somewhere. */
function searchNewest(db: Database, query: EventQuery, { search, fits }: { search: string; fits: SQL }) {
  const looked = sql`select *, concat_ws(' ', actor_label, resource_label, host(address), code) as text
    from audit_events where ${and(scope(query))} ${newestEventsFirst}
    limit ${query.before ? lookBehind : firstLookBehind}`;
  return run(
    db,
    sql`select ${eventColumns} from (${looked}) looked_at
    where fold_text(text) like '%' || (fold_words(fold_text(${search})))[1] || '%' and ${fits}
    ${newestEventsFirst} limit ${query.limit + 1}`,
  );
}

/** From the newest month back. In each the index of words finds all rows that fit: only a rare word comes here. */
async function searchByMonth(
  db: Database,
  query: EventQuery,
  { fits, until }: { fits: SQL; until: number },
): Promise<EventPage> {
  const range = and(scope(query));
  const bounds = await findBounds(db, range);
  if (!bounds) return { rows: [], next: undefined };
  const rows: EventRow[] = [];
  const oldest = monthOf(bounds.oldest);
  for (let month = monthOf(bounds.newest); month >= oldest; month = addMonths(month, -1)) {
    const within = sql`time >= ${month}::timestamptz and time < ${addMonths(month, 1)}::timestamptz`;
    const left = query.limit + 1 - rows.length;
    rows.push(
      ...(await run(
        db,
        // Materialized, or the planner may walk through the whole month by time instead.
        sql`with found as materialized (select * from audit_events where ${range} and ${within} and ${fits})
          select ${eventColumns} from found ${newestEventsFirst} limit ${left}`,
      )),
    );
    if (rows.length > query.limit) return toEventPage(rows, query.limit);
    if (performance.now() > until && month > oldest)
      return { rows, next: { key: month.replace('Z', '000Z'), id: betweenMonths } };
  }
  return { rows, next: undefined };
}

async function findBounds(db: Database, range: SQL): Promise<{ oldest: string; newest: string } | undefined> {
  const end = (direction: SQL) =>
    sql`(select ${eventTime} from audit_events where ${range} order by time ${direction}, sequence ${direction} limit 1)`;
  const { rows } = await db.execute<{ oldest: string | null; newest: string | null }>(
    sql`select ${end(sql`asc`)} as oldest, ${end(sql`desc`)} as newest`,
  );
  const { oldest, newest } = rows[0] ?? {};
  return oldest && newest ? { oldest, newest } : undefined;
}

const monthOf = (time: string) => `${time.slice(0, 7)}-01T00:00:00.000Z`;

function addMonths(month: string, count: number): string {
  const date = new Date(month);
  date.setUTCMonth(date.getUTCMonth() + count);
  return date.toISOString();
}

/** Whatever an id may be: who, to what, with which credential, in which request. Each has an index of its own. */
async function searchById(
  db: Database,
  query: EventQuery,
  { id, others }: { id: string; others: SQL[] },
): Promise<EventPage> {
  const fields = ['actor_id', 'resource_id', 'credential_id', 'request_id'].map((name) => sql.raw(name));
  const range = and([...scope(query), ...others]);
  const found = new Map<string, EventRow>();
  // Four statements: planning them as one takes longer than all of them.
  for (const field of fields) {
    const rows = await run(
      db,
      sql`select ${eventColumns} from audit_events where ${range} and ${field} = ${id} ${newestEventsFirst} limit ${query.limit + 1}`,
    );
    for (const row of rows) found.set(row.sequence, row);
  }
  return toEventPage([...found.values()].toSorted(byNewest), query.limit);
}

const byNewest = (a: EventRow, b: EventRow) =>
  a.at === b.at ? Number(b.sequence) - Number(a.sequence) : Number(a.at < b.at) * 2 - 1;

async function run(db: Database, statement: SQL): Promise<EventRow[]> {
  return (await db.execute<EventRow>(statement)).rows;
}
