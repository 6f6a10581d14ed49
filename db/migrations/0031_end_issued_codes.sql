-- A code ends in the transaction that ends its issuer's right to hand it out, whatever changed the row.

-- Each role holds all that the one before it holds.
create function role_rank(role text) returns integer language sql immutable
return array_position(array['viewer', 'member', 'manager', 'admin'], role);

-- Codes are locked in the order of their ids, here as in the server.
create function end_codes_of_user() returns trigger language plpgsql as $$
begin
  update one_time_codes set consumed_at = now() where id in (
    select id from one_time_codes
    where consumed_at is null and (
      (issued_by = new.id and role_rank(new.role) < role_rank(required_role))
      or (
        (new.deactivated_at is not null or new.deleted_at is not null)
        and (issued_by = new.id or user_id = new.id)
      )
    )
    order by id for no key update
  );
  return null;
end $$;
create trigger users_end_codes after update on users
  for each row when (
    (old.role, old.deactivated_at, old.deleted_at) is distinct from (new.role, new.deactivated_at, new.deleted_at)
  ) execute function end_codes_of_user();

-- Signing out ends what a person made for themselves; what they gave to others stays, unless the session is revoked.
create function end_codes_of_session() returns trigger language plpgsql as $$
begin
  update one_time_codes set consumed_at = now() where id in (
    select id from one_time_codes
    where consumed_at is null and issued_session_id = old.id and issued_by = user_id
    order by id for no key update
  );
  return null;
end $$;
create trigger sessions_end_codes after delete on sessions
  for each row execute function end_codes_of_session();

-- For all of a statement at once: a person who is deleted may have tens of thousands of tokens.
create function end_codes_of_credentials() returns trigger language plpgsql as $$
begin
  update one_time_codes set consumed_at = now() where id in (
    select code.id from one_time_codes code
    join changed on changed.id = code.issued_credential_id
    join former on former.id = changed.id
    where code.consumed_at is null
      and ((former.revoked_at is null and changed.revoked_at is not null) or (former.enabled and not changed.enabled))
    order by code.id for no key update of code
  );
  return null;
end $$;
create trigger credentials_end_codes after update on credentials
  referencing old table as former new table as changed
  for each statement execute function end_codes_of_credentials();

create function end_codes_of_tenant() returns trigger language plpgsql as $$
begin
  update one_time_codes set consumed_at = now() where id in (
    select id from one_time_codes
    where consumed_at is null and tenant_id = new.id
    order by id for no key update
  );
  return null;
end $$;
create trigger tenants_end_codes after update on tenants
  for each row when (old.suspended_at is null and new.suspended_at is not null)
  execute function end_codes_of_tenant();
