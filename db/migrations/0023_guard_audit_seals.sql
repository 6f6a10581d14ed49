-- Seals and the records of archived months are written by the owner's connection only.
do $$
declare
  writer record;
begin
  for writer in
    select c.oid::regclass as place, r.rolname as name
    from pg_class c cross join aclexplode(c.relacl) a join pg_roles r on r.oid = a.grantee
    where c.oid in ('audit_seals'::regclass, 'audit_archives'::regclass)
      and a.grantee <> c.relowner and a.privilege_type = 'INSERT'
  loop
    execute format('revoke insert on %s from %I', writer.place, writer.name);
  end loop;
end $$;

-- Holds nothing: its lock is that of the sealers. An advisory lock could be taken on any connection; this one by its owner
-- only.
create table audit_sealing ();

-- As far as JavaScript counts exactly.
alter table audit_seals
  add check (number <= 9007199254740991),
  add check (to_sequence between 1 and 9007199254740991);

-- When the database took a row, which the server's role cannot choose: it has no right to insert into this column. Null in
-- rows that were there before.
alter table audit_events add column recorded_at timestamptz;
alter table audit_events alter column recorded_at set default clock_timestamp();
