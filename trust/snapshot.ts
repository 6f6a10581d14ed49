import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from './stage.ts';

/** What the rows of each table are, as one number for each tenant: `users <tenant>`. */
export type Snapshot = ReadonlyMap<string, string>;

/** Written by the clock or behind the answers: no call changes them by being let through. */
const written = [
  'agent_servers',
  'audit_archives',
  'audit_seals',
  'credential_last_use',
  'credential_tallies',
  'credential_use',
];
/** Written because a call was refused. */
export const refusals = ['audit_events', 'sign_in_tallies'];
/** A visit is no change, nor that a job has done its part, nor how a server of others was found when it was looked at. */
const notAChange = [
  'agents_checked_at',
  'last_seen_at',
  'last_used_at',
  'unsynced_at',
  'health',
  'health_since',
  'fault',
  'failures',
  'checked_at',
  'next_check_at',
];

const rowText = `(to_jsonb(t) - '{${notAChange.join()}}'::text[])::text`;

interface Table {
  name: string;
  columns: string[];
}

const listTables = `select relname as name, array_agg(attname::text) as columns
  from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname <> all ($1)
  group by relname`;

/** All that a database holds, but for what comes and goes by itself, and for the tables that are left out. */
export async function takeSnapshot(
  { sql }: Pick<Stage, 'sql'>,
  leftOut: readonly string[] = [],
): Promise<Snapshot> {
  const tables = await sql<Table>(listTables, [[...written, ...leftOut]]);
  const rows = await sql<{ place: string; rows: string }>(tables.map(rowsOf).join(' union all '));
  return new Map(rows.map(({ place, rows }) => [place, rows]));
}

/** The rows themselves, each with its table: `users {"id": …}`. */
export async function takeRows(
  { sql }: Pick<Stage, 'sql'>,
  leftOut: readonly string[] = [],
): Promise<ReadonlySet<string>> {
  const tables = await sql<Table>(listTables, [[...written, ...leftOut]]);
  const each = tables.map(({ name }) => `select '${name} ' || ${rowText} as row from ${name} t`);
  const rows = await sql<{ row: string }>(each.join(' union all '));
  return new Set(rows.map(({ row }) => row));
}

/** The same, of all tables, once nothing is on its way any more. */
export async function takeSettledSnapshot(stage: Stage): Promise<Snapshot> {
  for (let before = await takeSnapshot(stage); ;) {
    await sleep(300);
    const after = await takeSnapshot(stage);
    if (changesBetween(before, after).length === 0) return after;
    before = after;
  }
}

function rowsOf(table: Table): string {
  return `select '${table.name} ' || coalesce(tenant::text, '') as place, md5(string_agg(row, '|' order by row)) as rows
    from (select ${tenantOf(table)} as tenant, ${rowText} as row from ${table.name} t) rows
    group by tenant`;
}

function tenantOf({ name, columns }: Table): string {
  if (columns.includes('tenant_id')) return 't.tenant_id';
  if (columns.includes('credential_id'))
    return '(select tenant_id from credentials where id = t.credential_id)';
  return name === 'tenants' ? 't.id' : 'null::uuid';
}

/** What differs: a table and a tenant each. */
export function changesBetween(before: Snapshot, after: Snapshot): string[] {
  const places = new Set([...before.keys(), ...after.keys()]);
  return [...places].filter((place) => before.get(place) !== after.get(place));
}

/** The tables that differ. */
export function changedTables(before: Snapshot, after: Snapshot): string[] {
  return [...new Set(changesBetween(before, after).map((place) => place.split(' ')[0] ?? ''))];
}
