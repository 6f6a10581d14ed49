import { drizzle } from 'drizzle-orm/node-postgres';
import type pg from 'pg';
import type { DatabaseAddress } from '#db/address.ts';
import type { Database } from '#db/client.ts';
import { connectAsOwner } from '#db/connect.ts';
import { listTables, type DumpedTable, type DumpFacts, type DumpPart } from '#db/dump.ts';
import { holdOffMigrations, migrateWithin } from '#db/migrate.ts';
import { assertOwner } from '#db/owner.ts';

const statementBytes = 2 * 2 ** 20;

/** Why nothing is put into a database, in a sentence. */
export class LoadError extends Error {}

/**
 * Puts a dump into an empty database and brings it to the newest schema, then lets `finish` work on it, all of it in one
 * transaction: it is there whole or not at all. Throws `LoadError`, `UnusableDatabaseError`.
 */
export async function loadDump<T>(
  { address, acceptsSuperuser }: { address: DatabaseAddress; acceptsSuperuser: boolean },
  dump: { facts: DumpFacts; parts: AsyncIterable<DumpPart> },
  finish: (db: Database) => Promise<T>,
): Promise<T> {
  const client = await connectAsOwner(address);
  try {
    await assertOwner(client, { acceptsSuperuser });
    await client.query('begin');
    await client.query("set local idle_in_transaction_session_timeout = 0; set local timezone = 'UTC'");
    await holdOffMigrations(client);
    await assertEmpty(client);
    await migrateWithin(client, dump.facts.migrations.at(-1)?.name);
    await loadTables(client, dump);
    await migrateWithin(client);
    const finished = await finish(drizzle(client));
    await client.query('commit');
    return finished;
  } finally {
    await client.end();
  }
}

async function assertEmpty(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ server: string | null; table: string | null }>(`
    select (select application_name from pg_stat_activity where datname = current_database()
        and pid <> pg_backend_pid() and application_name ~ '^keyward \\d+$' limit 1) as server,
      (select c.oid::regclass::text from pg_class c
        where c.relkind in ('r', 'p') and c.relnamespace not in (
          select oid from pg_namespace where nspname ~ '^pg_' or nspname = 'information_schema')
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
        order by c.oid limit 1) as table`);
  const { server, table } = rows[0] ?? {};
  if (server) throw new LoadError(`A Keyward server (${server}) is using this database. Stop it first.`);
  if (table)
    throw new LoadError(
      `This database is not empty: it has the table ${table}. Restore into an empty one: another KEYWARD_DATA, or a new DATABASE_URL.`,
    );
}

async function loadTables(
  client: pg.Client,
  { facts, parts }: { facts: DumpFacts; parts: AsyncIterable<DumpPart> },
): Promise<void> {
  await makeMonths(client, facts.months);
  await assertSequences(client, facts.sequences);
  const known = await listTables(client);
  const putBack = await takeAwayChecks(client);
  let table: DumpedTable | undefined;
  let waiting: string[] = [];
  let bytes = 0;
  const write = async () => {
    if (table && waiting.length > 0) await insertRows(client, table, waiting);
    [waiting, bytes] = [[], 0];
  };
  for await (const part of parts) {
    if ('table' in part) {
      await write();
      table = part.table;
      assertTable(known, table);
      await emptyTable(client, table);
    } else {
      if (!table) throw new LoadError('The backup has a row before its first table. Nothing was restored.');
      waiting.push(part.row);
      bytes += part.row.length;
      if (bytes > statementBytes) await write();
    }
  }
  await write();
  for (const statement of putBack) await client.query(statement);
  for (const { name, last } of facts.sequences)
    await client.query('select setval($1::regclass, $2)', [placeOf(client, name), last]);
}

/** Whoever takes a file on trust may do as much as its superuser: only into what our own migrations made. */
function assertTable(known: DumpedTable[], { name, columns }: DumpedTable): void {
  const table = known.find((candidate) => candidate.name === name);
  if (!table || !columns.every((column) => table.columns.includes(column)))
    throw new LoadError(
      `The backup has a table that Keyward has not, or not with these columns: ${name}. Nothing was restored.`,
    );
}

async function assertSequences(client: pg.Client, sequences: DumpFacts['sequences']): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "select sequencename as name from pg_sequences where schemaname = 'public'",
  );
  const foreign = sequences.find(({ name }) => rows.every((known) => known.name !== name));
  if (foreign)
    throw new LoadError(
      `The backup has a sequence that Keyward has not: ${foreign.name}. Nothing was restored.`,
    );
}

/** With its schema: there are tables of PostgreSQL's own that would be found first. */
const placeOf = (client: pg.Client, name: string) => `public.${client.escapeIdentifier(name)}`;

async function makeMonths(client: pg.Client, months: string[]): Promise<void> {
  for (const month of months) await client.query('select make_audit_month($1)', [`${month}-01`]);
}

/**
 * Triggers that do something of their own about a new row would do it twice, and keys that are checked once in the end are
 * checked faster, and in whatever order rows come. Returns what puts them back as they were.
 */
async function takeAwayChecks(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ takeAway: string; putBack: string }>(`
    select format('alter table %s disable trigger %I', tgrelid::regclass, tgname) as "takeAway",
      format('alter table %s enable trigger %I', tgrelid::regclass, tgname) as "putBack"
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = 'public'::regnamespace and not t.tgisinternal and t.tgenabled = 'O' and t.tgtype & 4 = 4
    union all
    select format('alter table %s drop constraint %I', conrelid::regclass, conname),
      format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(k.oid))
    from pg_constraint k
    where k.connamespace = 'public'::regnamespace and k.contype = 'f' and k.conparentid = 0`);
  for (const { takeAway } of rows) await client.query(takeAway);
  return rows.map(({ putBack }) => putBack);
}

async function emptyTable(client: pg.Client, { name }: DumpedTable): Promise<void> {
  const table = placeOf(client, name);
  const { rows } = await client.query(`select from ${table} limit 1`);
  if (rows.length > 0) await client.query(`delete from ${table}`);
}

async function insertRows(client: pg.Client, { name, columns }: DumpedTable, rows: string[]): Promise<void> {
  const table = placeOf(client, name);
  const list = columns.map((column) => client.escapeIdentifier(column)).join(', ');
  await client.query(
    `insert into ${table} (${list}) overriding system value
     select ${list} from json_populate_recordset(null::${table}, $1::json)`,
    [`[${rows.join(',')}]`],
  );
}
