import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '#db/client.ts';
import { byTime, inOrder, isBehind, type Keyset, type KeysetPosition } from '#db/keyset.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { utcText } from '#server/core/audit/row-line.ts';
import type { MatchingView } from '#server/core/paging/schema.ts';
import type { AuditFilter, AuditOutcome } from '#server/oversight/audit-log/schema.ts';

export interface EventQuery {
  tenantId: TenantId;
  filter: AuditFilter;
  /** Only rows behind this place. */
  before?: KeysetPosition | undefined;
  limit: number;
}

/** A type, not an interface: what a query may return has to have an index signature. */
export type EventRow = {
  /** PostgreSQL's bigint, as text. */
  sequence: string;
  /** ISO 8601 to the microsecond. */
  at: string;
  actorKind: 'user' | 'key' | 'agent' | 'system' | 'anonymous';
  actorId: string | null;
  actorLabel: string;
  credentialId: string | null;
  onBehalfOf: string | null;
  action: string;
  resourceType: string | null;
  resourceId: string | null;
  resourceLabel: string | null;
  outcome: AuditOutcome;
  code: string | null;
  address: string | null;
  userAgent: string | null;
  requestId: string | null;
  detail: Record<string, unknown>;
};

export interface EventPage {
  rows: EventRow[];
  /** Where to go on; undefined at the end of the log. */
  next: KeysetPosition | undefined;
}

const keyset: Keyset = { key: byTime(sql.raw('time')), id: sql.raw('sequence'), order: 'desc' };
export const eventTime = sql.raw(utcText('time'));
/** Not `as time`: `order by time` would mean that text then, which no index has. */
export const eventColumns = sql`sequence, ${eventTime} as at, actor_kind as "actorKind", actor_id as "actorId",
  actor_label as "actorLabel", credential_id as "credentialId", on_behalf_of as "onBehalfOf", action,
  resource_type as "resourceType", resource_id as "resourceId", resource_label as "resourceLabel", outcome, code,
  host(address) as address, user_agent as "userAgent", request_id as "requestId", detail`;
export const newestEventsFirst = sql`order by ${inOrder(keyset)}`;

/**
 * How many rows of the narrowest filter are looked through for those that fit the others too. So a page is one short
 * index scan whatever is asked for, and what is rarer than that comes in several pages.
 */
const lookBehind = 10_000;
/** More are not counted, for any filter. */
const mostCounted = 1_000;
/** The first page comes at once, whatever it holds. */
const firstLookBehind = 2_500;

/** A page of the log by everything but words. */
export async function findEvents(db: Database, query: EventQuery): Promise<EventPage> {
  const { action } = query.filter;
  const { drivers, others } = splitConditions(query.filter);
  if (action?.endsWith('*') && drivers.length === 0 && others.length === 1) return findByNoun(db, query);
  const range = and([...scope(query), ...drivers]);
  if (others.length === 0) return toEventPage(await select(db, range, query.limit + 1), query.limit);
  const looked = query.before ? lookBehind : firstLookBehind;
  const { rows } = await db.execute<EventRow>(sql`select ${eventColumns}
    from (select * from audit_events where ${range} ${newestEventsFirst} limit ${looked}) looked_at
    where ${and(others)} ${newestEventsFirst} limit ${query.limit + 1}`);
  if (rows.length > query.limit) return toEventPage(rows, query.limit);
  const end = await db.execute<Pick<EventRow, 'at' | 'sequence'>>(
    sql`select ${eventTime} as at, sequence from audit_events where ${range} ${newestEventsFirst} offset ${looked - 1} limit 1`,
  );
  return { rows, next: end.rows[0] && positionOf(end.rows[0]) };
}

/** How many events a filter without words finds: exact up to 1,000 and as far back as one look goes, a bound beyond. */
export async function countEvents(db: Database, query: EventQuery): Promise<MatchingView> {
  const { drivers, others } = splitConditions(query.filter);
  const looked = others.length > 0 ? lookBehind : mostCounted + 1;
  const { rows } = await db.execute<{ looked: number; found: number }>(sql`
    select count(*)::int as looked, (count(*) filter (where ${and([sql`true`, ...others])}))::int as found
    from (select * from audit_events where ${and([...scope(query), ...drivers])} ${newestEventsFirst} limit ${looked}) looked_at`);
  const [{ looked: seen, found } = { looked: 0, found: 0 }] = rows;
  return { count: Math.min(found, mostCounted), isExact: seen < looked && found <= mostCounted };
}

async function select(db: Database, where: SQL, limit: number): Promise<EventRow[]> {
  const { rows } = await db.execute<EventRow>(
    sql`select ${eventColumns} from audit_events where ${where} ${newestEventsFirst} limit ${limit}`,
  );
  return rows;
}

/** One row by its number. */
export async function findEvent(
  db: Database,
  tenantId: TenantId,
  sequence: number,
): Promise<EventRow | undefined> {
  const where = sql`tenant_id = ${tenantId} and sequence = ${sequence}`;
  const { rows } = await db.execute<EventRow>(sql`select ${eventColumns} from audit_events where ${where}`);
  return rows[0];
}

/** Tenant, time and place: every index that serves a page has them. */
export function scope({ tenantId, filter, before }: EventQuery): SQL[] {
  return [
    sql`tenant_id = ${tenantId}`,
    ...(filter.from ? [sql`time >= ${filter.from}::timestamptz`] : []),
    ...(filter.to ? [sql`time < ${filter.to}::timestamptz`] : []),
    ...(before ? [isBehind(keyset, before)] : []),
  ];
}

/** The filter that an index serves, narrowest first, apart from those that are looked at row by row. */
function splitConditions(filter: AuditFilter): { drivers: SQL[]; others: SQL[] } {
  const all = conditions(filter);
  const isPrefix = filter.action?.endsWith('*');
  const served = [
    all.resource,
    all.credential,
    all.actor,
    isPrefix ? undefined : all.action,
    filter.outcome === 'ok' ? undefined : all.outcome,
  ];
  const driver = served.find((condition) => condition !== undefined);
  return {
    drivers: driver ? [driver] : [],
    others: present(all).filter((condition) => condition !== driver),
  };
}

/** What each field of a filter asks of a row, words and times apart. */
export function conditions({ actor, action, resource, credential, outcome }: AuditFilter) {
  const noun = action?.endsWith('.*') ? action.slice(0, -1) : undefined;
  const isAction = noun ? sql`starts_with(action, ${noun})` : sql`action = ${action}`;
  return {
    actor: actor ? sql`actor_id = ${actor}` : undefined,
    action: action ? isAction : undefined,
    resource: resource ? sql`resource_id = ${resource}` : undefined,
    credential: credential ? sql`credential_id = ${credential}` : undefined,
    outcome: outcome ? sql`outcome = ${outcome}` : undefined,
  };
}

export const present = (parts: Record<string, SQL | undefined>): SQL[] =>
  Object.values(parts).filter((part) => part !== undefined);

/** All actions about one thing: the newest of each, merged, for no index has them together. */
async function findByNoun(db: Database, query: EventQuery): Promise<EventPage> {
  const noun = query.filter.action?.slice(0, -1) ?? '';
  const actions = (await findActions(db, query.tenantId)).filter((action) => action.startsWith(noun));
  const { rows } = await db.execute<EventRow>(sql`select ${eventColumns}
    from unnest(${sql.param(actions)}::text[]) as wanted (name) cross join lateral (
      select * from audit_events where ${and(scope(query))} and action = wanted.name
      ${newestEventsFirst} limit ${query.limit + 1}
    ) found ${newestEventsFirst} limit ${query.limit + 1}`);
  return toEventPage(rows, query.limit);
}

/** Every action that the log of a tenant holds, found by leaping from one to the next in the index. */
export async function findActions(db: Database, tenantId: TenantId): Promise<string[]> {
  const { rows } = await db.execute<{ action: string }>(sql`with recursive found (action) as (
      select min(action) from audit_events where tenant_id = ${tenantId}
      union all
      select (select min(action) from audit_events where tenant_id = ${tenantId} and action > found.action)
      from found where found.action is not null
    ) select action from found where action is not null`);
  return rows.map((row) => row.action);
}

export function toEventPage(rows: EventRow[], limit: number): EventPage {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { rows: shown, next: rows.length > limit && last ? positionOf(last) : undefined };
}

export function positionOf({ at, sequence }: Pick<EventRow, 'at' | 'sequence'>): KeysetPosition {
  return { key: at, id: sequence };
}

export const and = (parts: SQL[]) => sql.join(parts, sql` and `);
