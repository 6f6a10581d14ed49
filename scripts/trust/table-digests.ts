import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from './stage.ts';

export type TableDigests = Readonly<Record<string, string>>;

/** What is written behind or beside requests: when something was last used, and the seals of the audit log. */
const written = ['credential_last_use', 'credential_use', 'audit_seals'];

/** A digest of each table, all of its rows and columns but when a session was last seen; once nothing is on its way any more. */
export async function digestTables(stage: Stage): Promise<TableDigests> {
  for (let before = await readDigests(stage); ;) {
    await sleep(300);
    const after = await readDigests(stage);
    if (changedTables(before, after).length === 0) return after;
    before = after;
  }
}

export const changedTables = (before: TableDigests, after: TableDigests): string[] =>
  Object.keys(after).filter((table) => before[table] !== after[table]);

async function readDigests({ sql }: Stage): Promise<TableDigests> {
  const tables = await sql<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and not tablename = any ($1)
     union select relname from pg_class where relkind = 'p' and relnamespace = 'public'::regnamespace order by 1`,
    [written],
  );
  const selects = tables.map(
    ({ name }) =>
      `select '${name}' as name, md5(coalesce(string_agg(row, '|' order by row), '')) as digest
       from (select (to_jsonb(t) - 'last_seen_at')::text as row from "${name}" t) rows`,
  );
  const rows = await sql<{ name: string; digest: string }>(selects.join(' union all '));
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]));
}
