-- Those who look after the tenants: admins of the tenant `default`. There is always an active one.
alter table users
  add column platform_admin boolean not null default false,
  add constraint users_platform_admin_check check (not platform_admin or role = 'admin');

create function refuse_platform_admin() returns trigger language plpgsql as $$
begin
  raise exception 'platform admins belong to the tenant default' using errcode = 'integrity_constraint_violation';
end $$;

create function is_default_tenant(id uuid) returns boolean language sql stable
return exists (select from tenants where tenants.id = is_default_tenant.id and slug = 'default');

create trigger users_platform_admin before insert or update of platform_admin, tenant_id on users
  for each row when (new.platform_admin and not is_default_tenant(new.tenant_id))
  execute function refuse_platform_admin();

-- Also where a role is typed into psql.
create function drop_platform_admin() returns trigger language plpgsql as $$
begin
  new.platform_admin := false;
  return new;
end $$;
create trigger users_demoted before update of role on users
  for each row when (new.role <> 'admin' and new.platform_admin)
  execute function drop_platform_admin();

update users set platform_admin = true where id = (
  select users.id from users join tenants on tenants.id = users.tenant_id
  where tenants.slug = 'default' and role = 'admin' and deactivated_at is null and deleted_at is null
  order by users.created_at, users.id limit 1
);

drop trigger users_notify_access on users;
create trigger users_notify_access after update on users
  for each row when (
    (old.role, old.deactivated_at, old.deleted_at, old.platform_admin)
    is distinct from (new.role, new.deactivated_at, new.deleted_at, new.platform_admin)
  ) execute function notify_access('user');
