import type pg from 'pg';
import type { DatabaseAddress } from '#db/address.ts';
import { connectAsOwner } from '#db/connect.ts';
import { listRan, type RanMigration } from '#db/migrate.ts';

/** What has to be known before the rows of a dump can be put anywhere. */
export interface DumpFacts {
  time: string;
  migrations: RanMigration[];
  /** Months of the audit log that have a table, `YYYY-MM`. */
  months: string[];
  sequences: { name: string; last: string }[];
}

export interface DumpedTable {
  name: string;
  columns: string[];
}

/** Rows are as `row_to_json` writes them: exact, and the same in every version of PostgreSQL. */
export type DumpPart = { table: DumpedTable } | { row: string };

/** About what one answer of the database holds. */
const answerBytes = 4 * 2 ** 20;
const mostRows = 10_000;

/**
 * Reads the whole database as it is at one moment, in constant memory, while servers go on: nobody waits for it. All tables of
 * the schema `public` with all their rows; what waits in the job queue is not in it.
 */
export async function dumpDatabase<T>(
  address: DatabaseAddress,
  work: (facts: DumpFacts, parts: AsyncIterable<DumpPart>) => Promise<T>,
): Promise<T> {
  const client = await connectAsOwner(address);
  try {
    await client.query('begin isolation level repeatable read, read only');
    await client.query(
      "set local idle_in_transaction_session_timeout = 0; set local timezone = 'UTC'; set local search_path = public, pg_temp",
    );
    return await work(await readFacts(client), dumpTables(client));
  } finally {
    await client.end();
  }
}

async function readFacts(client: pg.Client): Promise<DumpFacts> {
  const { rows } = await client.query<{ time: string; months: string[]; sequences: DumpFacts['sequences'] }>(`
    select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as time,
      (select coalesce(json_agg(replace(substr(c.relname, 8), '_', '-') order by c.relname), '[]')
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = to_regclass('audit_events') and c.relname ~ '^events_\\d{4}_\\d{2}$') as months,
      (select coalesce(json_agg(json_build_object('name', sequencename, 'last', last_value::text)), '[]')
        from pg_sequences where schemaname = 'public' and last_value is not null) as sequences`);
  const [facts] = rows;
  if (!facts) throw new Error('The database says nothing of itself');
  return { ...facts, migrations: await listRan(client) };
}

async function* dumpTables(client: pg.Client): AsyncGenerator<DumpPart, void> {
  for (const table of await listTables(client)) {
    yield { table };
    for await (const row of readRows(client, table)) yield { row };
  }
}

/** Columns that are worked out are left to be worked out again, and what belongs to an extension to the extension. */
export async function listTables(client: pg.Client): Promise<DumpedTable[]> {
  const { rows } = await client.query<DumpedTable>(`
    select c.relname as name, json_agg(a.attname order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
      and c.relname <> 'schema_migrations'
      and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
    group by c.relname order by c.relname`);
  return rows;
}

async function* readRows(client: pg.Client, { name, columns }: DumpedTable): AsyncGenerator<string, void> {
  const list = columns.map((column) => client.escapeIdentifier(column)).join(', ');
  const from = `(select ${list} from ${client.escapeIdentifier(name)}) r`;
  await client.query(`declare dumped no scroll cursor for select row_to_json(r)::text as line from ${from}`);
  for (let count = 100; ;) {
    const { rows } = await client.query<{ line: string }>(`fetch ${count} from dumped`);
    if (rows.length === 0) break;
    let bytes = 0;
    for (const { line } of rows) {
      bytes += line.length;
      yield line;
    }
    count = Math.min(mostRows, Math.max(1, Math.floor((count * answerBytes) / (bytes + 1))));
  }
  await client.query('close dumped');
}
