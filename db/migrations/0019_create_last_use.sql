-- When a credential was last used is written once a second, what it is hardly ever: apart, a use is written into this narrow
-- table and its one index by use, and not into the eleven of the credentials.
create table credential_last_use (
  credential_id uuid primary key references credentials (id) on delete cascade,
  tenant_id uuid not null,
  -- As the credential's, kept by a trigger: to walk one status in the order of use.
  swept_status text not null,
  last_used_at timestamptz,
  last_used_ip inet,
  last_used_agent text,
  use_count bigint not null default 0 check (use_count >= 0)
) with (fillfactor = 80);

create function begin_last_use() returns trigger language plpgsql as $$
begin
  insert into credential_last_use (credential_id, tenant_id, swept_status) select id, tenant_id, swept_status from added;
  return null;
end $$;
create trigger credentials_begin_last_use after insert on credentials referencing new table as added
  for each statement execute function begin_last_use();

create function follow_status() returns trigger language plpgsql as $$
begin
  -- In the order of their ids, as everyone who locks several.
  perform from credential_last_use where credential_id in (
    select id from changed join former using (id) where changed.swept_status <> former.swept_status
  ) order by credential_id for no key update;
  update credential_last_use use set swept_status = changed.swept_status
  from changed where use.credential_id = changed.id and use.swept_status <> changed.swept_status;
  return null;
end $$;
create trigger credentials_follow_status after update on credentials
  referencing old table as former new table as changed
  for each statement execute function follow_status();

grant select, insert, update on credential_last_use to keyward_app;
