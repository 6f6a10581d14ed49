-- Everyone's tokens are listed in five orders and six states, however many there are. What a token is changes with time
-- alone, so an index cannot know it: a sweep writes down how far its life has gone, and whoever asks looks again at the few
-- whose time came since. Nothing depends on the sweep but speed.
alter table credentials
  add column swept_life text not null default 'active' check (swept_life in ('active', 'expiring', 'expired')),
  add column swept_status text not null generated always as (
    case
      when revoked_at is not null then 'revoked'
      when swept_life = 'expired' then 'expired'
      when not enabled then 'disabled'
      else swept_life
    end
  ) stored,
  -- When that stops being true by time alone: a week before it expires, then when it expires.
  add column turns_at timestamptz generated always as (
    case
      when revoked_at is not null or swept_life = 'expired' then null
      when enabled and swept_life = 'active'
        then (expires_at at time zone 'UTC' - interval '168 hours') at time zone 'UTC'
      else expires_at
    end
  ) stored,
  -- The owner's e-mail address and name in lower case, kept by triggers: to sort by, and to search.
  add column owner_label text not null default '';

update credentials set owner_label = lower(users.email) || ' ' || lower(users.name)
from users where users.id = credentials.owner_user_id;

create index credentials_by_creation on credentials (tenant_id, swept_status, created_at, id);
create index credentials_by_use on credentials
  (tenant_id, swept_status, (coalesce(last_used_at, '-infinity'::timestamptz)), id);
create index credentials_by_expiry on credentials
  (tenant_id, swept_status, (coalesce(expires_at, 'infinity'::timestamptz)), id);
create index credentials_turning on credentials (tenant_id, turns_at) where turns_at is not null;
create index credentials_by_name on credentials (tenant_id, swept_status, (lower(name)), id);
create index credentials_by_owner on credentials (tenant_id, swept_status, owner_label, id);
-- What needs attention: what was refused lately, and whose owners are gone.
create index credential_use_refused on credential_use (day) where refused > 0;
create index users_gone on users (tenant_id, deactivated_at) where deactivated_at is not null or deleted_at is not null;
-- A search for the start of a prefix.
create index secrets_prefix on secrets (prefix text_pattern_ops);

create function label_owner() returns trigger language plpgsql as $$
begin
  select lower(email) || ' ' || lower(name) into strict new.owner_label from users where id = new.owner_user_id;
  return new;
end $$;
create trigger credentials_label_owner before insert on credentials
  for each row execute function label_owner();

create function forget_sweep() returns trigger language plpgsql as $$
begin
  new.swept_life := 'active';
  return new;
end $$;
create trigger credentials_forget_sweep before update of expires_at on credentials
  for each row when (old.expires_at is distinct from new.expires_at) execute function forget_sweep();

create function relabel_owned() returns trigger language plpgsql as $$
begin
  -- In the order of their ids, as everyone who locks several.
  perform from credentials where owner_user_id = new.id order by id for no key update;
  update credentials set owner_label = lower(new.email) || ' ' || lower(new.name) where owner_user_id = new.id;
  return null;
end $$;
create trigger users_relabel_owned after update of email, name on users
  for each row when (old.email is distinct from new.email or old.name is distinct from new.name)
  execute function relabel_owned();

-- How many there are of each swept status, as a sum of rows: a single row would make everyone wait for everyone. The sweep
-- puts the rows of a tenant together, which is why they can be deleted.
create table credential_tallies (
  tenant_id uuid not null references tenants (id),
  status text not null,
  count bigint not null
);
create index credential_tallies_tenant on credential_tallies (tenant_id);
insert into credential_tallies select tenant_id, swept_status, count(*) from credentials group by 1, 2;

create function tally_new() returns trigger language plpgsql as $$
begin
  insert into credential_tallies select tenant_id, swept_status, count(*) from added group by 1, 2;
  return null;
end $$;
create trigger credentials_tally_new after insert on credentials referencing new table as added
  for each statement execute function tally_new();

create function tally_gone() returns trigger language plpgsql as $$
begin
  insert into credential_tallies select tenant_id, swept_status, -count(*) from gone group by 1, 2;
  return null;
end $$;
create trigger credentials_tally_gone after delete on credentials referencing old table as gone
  for each statement execute function tally_gone();

create function tally_moved() returns trigger language plpgsql as $$
begin
  insert into credential_tallies values (old.tenant_id, old.swept_status, -1), (new.tenant_id, new.swept_status, 1);
  return null;
end $$;
create trigger credentials_tally_moved after update on credentials
  for each row when (old.swept_status is distinct from new.swept_status) execute function tally_moved();

-- What a search looks through, apart from the credentials: each use of one would otherwise be written into this index too.
create table credential_search (
  credential_id uuid primary key references credentials (id) on delete cascade,
  tenant_id uuid not null references tenants (id),
  text text not null
);
insert into credential_search select id, tenant_id, lower(name) || E'\n' || owner_label from credentials;

create function index_new_search() returns trigger language plpgsql as $$
begin
  insert into credential_search select id, tenant_id, lower(name) || E'\n' || owner_label from added;
  return null;
end $$;
create trigger credentials_index_search after insert on credentials referencing new table as added
  for each statement execute function index_new_search();

create function index_changed_search() returns trigger language plpgsql as $$
begin
  update credential_search set text = lower(new.name) || E'\n' || new.owner_label where credential_id = new.id;
  return null;
end $$;
create trigger credentials_reindex_search after update on credentials
  for each row when (old.name is distinct from new.name or old.owner_label is distinct from new.owner_label)
  execute function index_changed_search();

-- Whoever may create in the database may add this extension; where it is missing, a search walks the list instead.
do $$
begin
  create extension if not exists pg_trgm;
  create index credential_search_text on credential_search using gin (text gin_trgm_ops);
exception when insufficient_privilege or undefined_file or feature_not_supported or undefined_object then
  raise notice 'pg_trgm cannot be added: searching among very many tokens will take several steps';
end $$;

grant select, insert, update on credential_search to keyward_app;
grant select, insert, update, delete on credential_tallies to keyward_app;
