import type pg from 'pg';
import { UnusableDatabaseError } from '#db/errors.ts';

interface Facts {
  user: string;
  database: string;
  encoding: string;
  isReadOnly: boolean;
  hasSchema: boolean;
  mayCreateTables: boolean;
  mayCreateSchemas: boolean;
  tablesOwner: string | null;
}

const facts = `
  select current_user as user, datname as database, pg_encoding_to_char(encoding) as encoding,
    current_setting('transaction_read_only') = 'on' as "isReadOnly",
    to_regnamespace('public') is not null as "hasSchema",
    coalesce(has_schema_privilege(to_regnamespace('public'), 'create'), false) as "mayCreateTables",
    has_database_privilege(oid, 'create')
      or to_regnamespace('audit_months') is not null and to_regnamespace('pgboss') is not null as "mayCreateSchemas",
    (select pg_get_userbyid(relowner) from pg_class
      where oid = to_regclass('public.schema_migrations') and not pg_has_role(relowner, 'usage')) as "tablesOwner"
  from pg_database where datname = current_database()`;

/** What of a database would be found out half-way, and the sentence for it. */
const faults: [isFault: (facts: Facts) => boolean, says: (facts: Facts) => string][] = [
  [
    ({ encoding }) => encoding !== 'UTF8',
    ({ encoding, database }) =>
      `The database ${database} has the encoding ${encoding}, which cannot hold every name. Create one with encoding 'UTF8' (and template template0).`,
  ],
  [
    ({ isReadOnly }) => isReadOnly,
    ({ database }) =>
      `The database ${database} is read-only: it is a standby, or its default_transaction_read_only is on. Use the primary, or turn that off.`,
  ],
  [
    ({ tablesOwner }) => tablesOwner !== null,
    ({ tablesOwner, user }) =>
      `The tables belong to ${tablesOwner}, and the address signs in as ${user}. Set KEYWARD_DATABASE_OWNER_URL to an address that signs in as ${tablesOwner}.`,
  ],
  [
    ({ hasSchema }) => !hasSchema,
    ({ database }) =>
      `The database ${database} has no schema public, in which Keyward keeps its tables. Run there: create schema public`,
  ],
  [
    ({ mayCreateTables }) => !mayCreateTables,
    ({ database, user }) =>
      `${user} may not create tables in the database ${database}. As its owner, run there: grant create on schema public to "${user}"`,
  ],
  [
    ({ mayCreateSchemas }) => !mayCreateSchemas,
    ({ database, user }) =>
      `${user} may not create schemas in the database ${database}. As its owner, run: grant create on database "${database}" to "${user}"`,
  ],
];

/** Throws `UnusableDatabaseError` where the owner could not migrate a database, or what it made would not hold what comes. */
export async function assertFit(client: pg.Client): Promise<void> {
  const { rows } = await client.query<Facts>(facts);
  const [found] = rows;
  const fault = found && faults.find(([isFault]) => isFault(found));
  if (fault) throw new UnusableDatabaseError(fault[1](found));
}

/** Throws `UnusableDatabaseError` where a user, or all of them in a database, get fewer connections than a server holds. */
export async function assertConnections(client: pg.Client, needed: number): Promise<void> {
  const { rows } = await client.query<{ name: string; most: number }>(
    `select name, most from (
       select 'user ' || rolname, rolconnlimit from pg_roles where rolname = current_user
       union all select 'database ' || datname, datconnlimit from pg_database where datname = current_database()
     ) limits (name, most) where most between 0 and $1 - 1`,
    [needed],
  );
  const [limit] = rows;
  if (limit)
    throw new UnusableDatabaseError(
      `The ${limit.name} is limited to ${limit.most} connections, and this server needs ${needed}. Raise the limit, or lower KEYWARD_DATABASE_POOL.`,
    );
}
