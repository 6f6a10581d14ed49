-- When the person last proved again that it is them; null: not since signing in.
alter table sessions add column confirmed_at timestamptz;

-- How often somebody tried: by account, address, device … Keys are keyed hashes, so that the table names nobody. Rows
-- that no longer count are deleted.
create table sign_in_tallies (
  key bytea primary key check (length(key) = 32),
  tries integer not null check (tries >= 0),
  since timestamptz not null,
  pauses integer not null check (pauses >= 0),
  closed_until timestamptz,
  -- The try that was let in last.
  admitted uuid not null,
  stale_at timestamptz not null
);
create index sign_in_tallies_stale on sign_in_tallies (stale_at);
grant select, insert, update, delete on sign_in_tallies to keyward_app;

-- One key for all servers of an installation, for what only they have to recognise. Never changed, so only read.
create table installation_keys (
  name text primary key,
  value bytea not null check (length(value) = 32)
);
-- Two random UUIDs hold 244 random bits, from the operating system.
insert into installation_keys
  select 'sign_in', sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea);
grant select on installation_keys to keyward_app;
