import pg from 'pg';
import { UnusableDatabaseError } from '#db/errors.ts';
import { assertFit } from '#db/fitness.ts';
import { loginNameOf } from '#db/login.ts';

const quoted = pg.escapeIdentifier;

export interface DatabaseOwner {
  user: string;
  isSuperuser: boolean;
  mayCreateRoles: boolean;
  /** Whether there is the group role of the server's rights. */
  hasRights: boolean;
  /** Whether there is the login that Keyward makes. */
  hasLogin: boolean;
  /** What its address comes from. */
  setting: string;
}

/**
 * Who owns the tables. Throws `UnusableDatabaseError` where that is a superuser and none is accepted, or where the database is
 * not fit to be migrated by them.
 */
export async function assertOwner(
  client: pg.Client,
  { acceptsSuperuser, setting = 'DATABASE_URL' }: { acceptsSuperuser: boolean; setting?: string | undefined },
): Promise<DatabaseOwner> {
  await assertFit(client);
  const owner = { ...(await readOwner(client)), setting };
  if (owner.isSuperuser && !acceptsSuperuser) throw refuseSuperuser(client, owner);
  return owner;
}

/** Who may become a superuser counts as one. */
async function readOwner(client: pg.Client): Promise<Omit<DatabaseOwner, 'setting'>> {
  const { rows } = await client.query<Omit<DatabaseOwner, 'setting'>>(
    `select rolname as user, rolcreaterole as "mayCreateRoles", to_regrole('keyward_app') is not null as "hasRights",
       to_regrole($1) is not null as "hasLogin",
       exists (select from pg_roles where rolsuper and pg_has_role(oid, 'member')) as "isSuperuser"
     from pg_roles where rolname = current_user`,
    [quoted(loginNameOf(client.database ?? ''))],
  );
  const [owner] = rows;
  if (!owner) throw new Error('The database does not know who is signed in');
  return owner;
}

/** What an operator does about a superuser as the owner: hand the database to one who is none. */
function refuseSuperuser(client: pg.Client, owner: DatabaseOwner): UnusableDatabaseError {
  const { setting } = owner;
  const database = client.database ?? '';
  const user = loginNameOf(database).replace('keyward_', 'keyward_owner_');
  return new UnusableDatabaseError(
    `${setting} signs in as ${owner.user}, a superuser: who took over the server would have all databases, and the machine. ` +
      remedy(client, giveAway(database, user, owner)) +
      `Then give it a password (in psql: \\password ${user}), set ${setting} to\n\n  ${urlOf(client, user)}\n\n` +
      'and start again. To keep the superuser all the same, set KEYWARD_DATABASE_SUPERUSER=accept.',
  );
}

/** What an operator does where the owner of the tables may not make the server's login, or not say who connects. */
export function refuseLogin(
  client: pg.Client,
  owner: DatabaseOwner,
  { login, why }: { login: string | undefined; why: string },
): UnusableDatabaseError {
  const database = client.database ?? '';
  const user = login ?? loginNameOf(database);
  const [name, place] = [quoted(user), quoted(database)];
  const sql = [
    !owner.hasRights && 'create role keyward_app;',
    login === undefined && !owner.hasLogin && `create role ${name} login;`,
    `grant keyward_app to ${name};`,
    `grant connect on database ${place} to ${name}, ${quoted(owner.user)};`,
    `revoke connect, temporary on database ${place} from public;`,
  ];
  const after =
    login === undefined
      ? `Then give it a password (in psql: \\password ${user}), set DATABASE_URL to\n\n  ${urlOf(client, user)}\n\n` +
        (owner.setting === 'DATABASE_URL'
          ? 'and KEYWARD_DATABASE_OWNER_URL to what DATABASE_URL is now, and'
          : 'and') +
        ' start again.'
      : 'Then start again.';
  return new UnusableDatabaseError(`${why} ${remedy(client, sql.filter(Boolean).join('\n'))}${after}`);
}

const remedy = ({ database }: pg.Client, sql: string) =>
  `Run this as a superuser, in the database ${database}:\n\n${sql}\n\n`;

function giveAway(
  database: string,
  user: string,
  { user: superuser, hasRights, hasLogin }: DatabaseOwner,
): string {
  const name = quoted(user);
  return `create role ${name} login createrole;
${hasRights ? '' : 'create role keyward_app;\n'}grant keyward_app to ${name} with admin option;
${hasLogin ? `grant ${quoted(loginNameOf(database))} to ${name} with admin option;\n` : ''}alter database ${quoted(database)} owner to ${name};
grant usage, create on schema public to ${name};
revoke create on schema public from public;
do $$
declare
  statement text;
begin
  for statement in
    with old as (select oid from pg_roles where rolname = ${pg.escapeLiteral(superuser)}),
      ours as (select oid from pg_namespace where nspname in ('public', 'audit_months', 'pgboss')),
      extras as (select objid from pg_depend where deptype = 'e')
    select format('alter schema %I owner to ${name}', nspname) from pg_namespace
      where nspname in ('audit_months', 'pgboss')
    union all
    select format('alter %s %s owner to ${name}', case relkind when 'S' then 'sequence' else 'table' end, c.oid::regclass)
      from pg_class c where relowner in (table old) and relnamespace in (table ours) and c.oid not in (table extras)
        and (relkind in ('r', 'p') or relkind = 'S' and not exists (
          select from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i')))
    union all
    select format('alter routine %s owner to ${name}', p.oid::regprocedure)
      from pg_proc p where proowner in (table old) and pronamespace in (table ours) and p.oid not in (table extras)
    union all
    select format('alter type %s owner to ${name}', t.oid::regtype)
      from pg_type t where typowner in (table old) and typnamespace in (table ours) and t.oid not in (table extras)
        and typtype in ('e', 'd')
  loop
    execute statement;
  end loop;
end $$;`;
}

function urlOf({ host, port, database = '' }: pg.Client, user: string): string {
  const name = encodeURIComponent(database);
  return host.startsWith('/')
    ? `postgres://${user}:<password>@/${name}?host=${encodeURIComponent(host)}&port=${port}`
    : `postgres://${user}:<password>@${host}:${port}/${name}`;
}
