-- A tenant that is deleted is suspended at once, can be restored for thirty days, and is then erased but for its audit log.
-- Its row stays, since the log names it.
alter table tenants
  add column suspend_reason text check (length(suspend_reason) between 1 and 500),
  add column deleted_at timestamptz,
  add column purge_began_at timestamptz,
  add column purged_at timestamptz,
  add constraint tenants_suspension_check check (suspended_at is not null or suspend_reason is null),
  add constraint tenants_deletion_check check (deleted_at is null or suspended_at is not null),
  add constraint tenants_purge_check check (
    (purge_began_at is null or deleted_at is not null) and (purged_at is null or purge_began_at is not null)
  ),
  add constraint tenants_default_check check (slug <> 'default' or deleted_at is null);
create index tenants_deleted on tenants (deleted_at) where deleted_at is not null and purged_at is null;

create function refuse_restoration() returns trigger language plpgsql as $$
begin
  raise exception 'a tenant that is being erased cannot be restored' using errcode = 'integrity_constraint_violation';
end $$;
create trigger tenants_stay_erased before update on tenants
  for each row when (old.purge_began_at is not null and new.deleted_at is null)
  execute function refuse_restoration();

-- What is erased thirty days after its deletion must not be deleted a month ago: by the owner of the table only.
create function refuse_backdated_deletion() returns trigger language plpgsql as $$
begin
  if not pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'member') then
    raise exception 'a tenant is deleted now, not before' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger tenants_deleted_now before insert or update of deleted_at on tenants
  for each row when (new.deleted_at < now() - interval '10 minutes')
  execute function refuse_backdated_deletion();

-- A platform admin invites the first admin of another tenant: the code ends with that right of theirs.
alter table one_time_codes
  add column requires_platform_admin boolean not null default false,
  drop constraint one_time_codes_tenant_id_issued_by_fkey,
  drop constraint one_time_codes_tenant_id_issued_credential_id_fkey,
  add constraint one_time_codes_issued_by_fkey foreign key (issued_by) references users (id),
  add constraint one_time_codes_issued_credential_fkey
    foreign key (issued_credential_id) references credentials (id),
  add constraint one_time_codes_platform_check check (not requires_platform_admin or (purpose = 'invite' and issued_by is not null));

create or replace function end_codes_of_user() returns trigger language plpgsql as $$
begin
  update one_time_codes set consumed_at = now() where id in (
    select id from one_time_codes
    where consumed_at is null and (
      (issued_by = new.id and role_rank(new.role) < role_rank(required_role))
      or (issued_by = new.id and requires_platform_admin and not new.platform_admin)
      or (
        (new.deactivated_at is not null or new.deleted_at is not null)
        and (issued_by = new.id or user_id = new.id)
      )
    )
    order by id for no key update
  );
  return null;
end $$;
drop trigger users_end_codes on users;
create trigger users_end_codes after update on users
  for each row when (
    (old.role, old.deactivated_at, old.deleted_at, old.platform_admin)
    is distinct from (new.role, new.deactivated_at, new.deleted_at, new.platform_admin)
  ) execute function end_codes_of_user();

-- Without these, each person that is erased would be looked for in whole tables.
create index credentials_maker on credentials (made_by) where made_by is not null;
create index credentials_revoker on credentials (revoked_by) where revoked_by is not null;
create index users_deactivator on users (deactivated_by) where deactivated_by is not null;
create index one_time_codes_issued on one_time_codes (issued_by) where issued_by is not null;
create index one_time_codes_held on one_time_codes (user_id) where user_id is not null;
create index one_time_codes_made_with on one_time_codes (issued_credential_id) where issued_credential_id is not null;
create index setup_codes_holder on setup_codes (user_id);
create index device_requests_holder on device_requests (user_id) where user_id is not null;
create index notices_holder on notices (user_id);

-- The server's role deletes nothing that has a history. This does, of tenants that were deleted more than thirty days ago and
-- of no others: so many rows at a time, what refers before what is referred to. Returns how many; 0: it is done.
create function purge_tenant(tenant uuid, batch integer) returns integer language plpgsql
security definer set search_path = public, pg_temp as $$
declare
  step text;
  erased integer;
begin
  if batch not between 1 and 10000 then raise exception 'rows at a time: 1 to 10,000'; end if;
  perform from tenants
  where id = tenant and deleted_at < now() - interval '30 days' and purge_began_at is not null and purged_at is null
  for no key update;
  if not found then
    raise exception 'this tenant is not to be erased' using errcode = 'integrity_constraint_violation';
  end if;
  foreach step in array array[
    'notices where tenant_id = $1', 'setup_codes where tenant_id = $1', 'device_requests where tenant_id = $1',
    'one_time_codes where tenant_id = $1', 'sessions where tenant_id = $1',
    'credential_use where credential_id in (select id from credentials where tenant_id = $1)',
    'credential_last_use where tenant_id = $1', 'credential_search where tenant_id = $1',
    'secrets where credential_id in (select id from credentials where tenant_id = $1)',
    'credentials where tenant_id = $1', 'credential_tallies where tenant_id = $1',
    'user_identities where tenant_id = $1'
  ] loop
    execute format('delete from %1$s and ctid = any(array(select ctid from %1$s limit $2))', step) using tenant, batch;
    get diagnostics erased = row_count;
    if erased > 0 then return erased; end if;
  end loop;
  -- People refer to each other.
  update users set deactivated_by = null, deactivate_reason = null
  where ctid = any(array(select ctid from users where tenant_id = tenant and deactivated_by is not null limit batch));
  get diagnostics erased = row_count;
  if erased > 0 then return erased; end if;
  delete from users where ctid = any(array(select ctid from users where tenant_id = tenant limit batch));
  get diagnostics erased = row_count;
  return erased;
end $$;
revoke all on function purge_tenant from public;
grant execute on function purge_tenant to keyward_app;
