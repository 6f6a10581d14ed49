import type pg from 'pg';
import { UnusableDatabaseError } from '#db/errors.ts';

interface Excess {
  login: string;
  role: string;
  roles: string[];
  attributes: string[];
  schemas: string[];
  objects: string[];
  log: string[];
  canSkipTriggers: boolean;
}

/** Asked by the login itself. Roles are those that it may take on by `set role`, its own among them. */
const excess = `
  with mine as (select * from pg_roles where pg_has_role(oid, 'member'))
  select session_user as login, current_user as role,
    array(select rolname::text from mine where rolname not in (session_user, 'keyward_app') order by 1) as roles,
    array(select distinct attribute from mine cross join lateral (values
      (rolsuper, 'SUPERUSER'), (rolcreaterole, 'CREATEROLE'), (rolcreatedb, 'CREATEDB'),
      (rolreplication, 'REPLICATION'), (rolbypassrls, 'BYPASSRLS')) as one (has, attribute) where has) as attributes,
    array(select nspname::text from pg_namespace
      where has_schema_privilege(oid, 'create') and nspname !~ '^pg_(toast_)?temp_') as schemas,
    array(select oid::regclass::text from pg_class where relowner in (select oid from mine)
      union all select oid::regprocedure::text from pg_proc where proowner in (select oid from mine) limit 3) as objects,
    array(select privilege from unnest(array['UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER']) privilege
      where has_table_privilege(to_regclass('public.audit_events'), privilege)) as log,
    has_parameter_privilege('session_replication_role', 'set') as "canSkipTriggers"`;

/** What a login may do that the server's must not, in words that follow its name. */
const findings: ((found: Excess) => string | false)[] = [
  ({ attributes }) => attributes.length > 0 && `has ${attributes.join(', ')}`,
  ({ roles }) => roles.length > 0 && `is a member of ${roles.join(', ')}`,
  ({ login, role }) => login !== role && `works as ${role}`,
  ({ objects }) => objects.length > 0 && `owns ${objects.join(', ')}`,
  ({ schemas }) => schemas.length > 0 && `may create in the schema ${schemas.join(', ')}`,
  ({ log }) => log.length > 0 && `has ${log.join(', ')} on audit_events`,
  ({ canSkipTriggers }) => canSkipTriggers && 'may set session_replication_role',
];

/** Throws `UnusableDatabaseError` where those that connect could change the log, or become someone who can. */
export async function assertFewRights(client: pg.Client | pg.Pool): Promise<void> {
  const { rows } = await client.query<Excess>(excess);
  const [found] = rows;
  const problems = found ? findings.map((find) => find(found)).filter((problem) => problem !== false) : [];
  if (problems.length > 0)
    throw new UnusableDatabaseError(
      `The server’s login ${found?.login} ${problems.join('; it ')}. It has to be a member of keyward_app and nothing ` +
        'more: take that from it (and from PUBLIC), or set DATABASE_URL to a login of its own.',
    );
}
