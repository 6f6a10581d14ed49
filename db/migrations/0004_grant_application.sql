-- The server migrates as the owner of the tables and works as this role, which can append to the audit log and no more,
-- and which cannot delete what has to keep its history. Roles belong to the whole cluster: it may be there already.
do $$
begin
  if not exists (select from pg_roles where rolname = 'keyward_app') then
    create role keyward_app nologin;
  end if;
exception
  when duplicate_object or unique_violation then
    null;
  when insufficient_privilege then
    raise exception 'the user % may not make the role keyward_app. As a superuser, run: create role keyward_app; grant keyward_app to %', current_user, quote_ident(current_user);
end $$;

-- Whoever may not grant it was granted it by an operator beforehand, or is told so when the first connection is made.
do $$
begin
  execute format('grant keyward_app to %I', current_user);
exception when insufficient_privilege then
  null;
end $$;

grant usage on schema public to keyward_app;
grant select, insert, update on tenants, users, credentials, secrets, one_time_codes to keyward_app;
grant select, insert, update, delete on sessions to keyward_app;
grant select, insert on audit_events to keyward_app;
grant select on schema_migrations to keyward_app;
