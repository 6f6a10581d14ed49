-- One table a month, so that a month can be taken out whole once it is kept elsewhere. The months stand in a schema of
-- their own, where the server's role has no rights: it goes by the parent.
create schema audit_months;
alter table audit_events rename to audit_events_whole;
alter table audit_events_whole rename constraint audit_events_pkey to audit_events_whole_pkey;
drop index audit_events_tenant;

-- Not an identity, which partitioned tables have from PostgreSQL 17 on only: the role below may not set the column.
create sequence audit_sequence;

create table audit_events (
  sequence bigint not null default nextval('audit_sequence'),
  time timestamptz not null,
  tenant_id uuid not null references tenants (id),
  actor_kind text not null check (actor_kind in ('user', 'agent', 'system', 'anonymous')),
  actor_id uuid,
  actor_label text not null,
  credential_id uuid,
  on_behalf_of uuid,
  action text not null check (action ~ '^[a-z_]+\.[a-z_]+$'),
  resource_type text,
  resource_id uuid,
  resource_label text,
  outcome text not null check (outcome in ('ok', 'denied', 'failed')),
  code text,
  address inet,
  user_agent text,
  request_id uuid,
  detail jsonb not null default '{}',
  primary key (sequence, time)
) partition by range (time);

alter sequence audit_sequence owned by audit_events.sequence;

-- What a search finds a row by: the words of its labels, its address and its code. Not by a text search parser, which has
-- ideas of its own about addresses; cut, for a word of 2 kB would be refused and the row with it.
create function audit_words(actor text, resource text, address inet, code text) returns tsvector
language sql immutable parallel safe
return array_to_tsvector(array_remove(array_remove(
  string_to_array(lower(regexp_replace(left(concat_ws(' ', actor, resource), 500), '[^[:alnum:]]+', ' ', 'g')), ' ')
    || array[host(address), left(code, 100)],
  null), ''));

-- Newest first, whatever is asked for. Ids are not shared between tenants, so they need no tenant before them.
create index audit_events_newest on audit_events (tenant_id, time desc, sequence desc);
create index audit_events_action on audit_events (tenant_id, action, time desc, sequence desc);
create index audit_events_refused on audit_events (tenant_id, outcome, time desc, sequence desc)
  where outcome <> 'ok';
create index audit_events_actor on audit_events (actor_id, time desc, sequence desc)
  where actor_id is not null;
create index audit_events_resource on audit_events (resource_id, time desc, sequence desc)
  where resource_id is not null;
create index audit_events_credential on audit_events (credential_id, time desc, sequence desc)
  where credential_id is not null;
create index audit_events_request on audit_events (request_id) where request_id is not null;
create index audit_events_words on audit_events
  using gin (audit_words(actor_label, resource_label, address, code));

create trigger audit_events_append_only before update or delete on audit_events
  for each row execute function refuse_audit_change();
alter table audit_events enable always trigger audit_events_append_only;
create trigger audit_events_no_truncate before truncate on audit_events
  for each statement execute function refuse_audit_change();
alter table audit_events enable always trigger audit_events_no_truncate;

-- A partition has what its parent has but for what is not handed down: that the triggers fire always, and the one on
-- statements.
create function guard_audit_partition(partition regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable always trigger audit_events_append_only', partition);
  execute format('create trigger audit_events_no_truncate before truncate on %s
    for each statement execute function refuse_audit_change()', partition);
  execute format('alter table %s enable always trigger audit_events_no_truncate', partition);
end $$;

-- Where a row goes for whose month there is no table: none is ever refused for its time.
create table audit_months.other partition of audit_events default;
select guard_audit_partition('audit_months.other');

create function make_audit_month(month date) returns boolean language plpgsql as $$
declare
  name text := 'events_' || to_char(month, 'YYYY_MM');
  first timestamptz := month::timestamp at time zone 'UTC';
  next timestamptz := (month + interval '1 month')::timestamp at time zone 'UTC';
begin
  if to_regclass('audit_months.' || name) is not null then return false; end if;
  -- Rows of that month that are in the table for others already stay there.
  if exists (select from audit_months.other where time >= first and time < next) then return false; end if;
  execute format('create table audit_months.%I partition of audit_events for values from (%L) to (%L)', name, first, next);
  perform guard_audit_partition(format('audit_months.%I', name)::regclass);
  return true;
end $$;

-- The server's role cannot make tables, so it asks for them here: those of this month and of some to come.
create function make_audit_months(ahead integer) returns integer language plpgsql
security definer set search_path = public, pg_temp as $$
declare
  made integer := 0;
  month date;
begin
  if ahead not between 0 and 24 then raise exception 'months ahead: 0 to 24'; end if;
  perform pg_advisory_xact_lock(4825190318);
  for month in
    select generate_series(date_trunc('month', now() at time zone 'UTC'),
      date_trunc('month', now() at time zone 'UTC') + make_interval(months => ahead), '1 month')::date
  loop
    if make_audit_month(month) then made := made + 1; end if;
  end loop;
  return made;
end $$;

select make_audit_month(month::date) from (
  select distinct date_trunc('month', time at time zone 'UTC') as month from audit_events_whole
) months;
select make_audit_months(3);

insert into audit_events select * from audit_events_whole;
select setval('audit_sequence', max(sequence)) from audit_events having max(sequence) is not null;
drop table audit_events_whole;

revoke all on function make_audit_month, make_audit_months, guard_audit_partition from public;
grant execute on function make_audit_months to keyward_app;
grant usage on sequence audit_sequence to keyward_app;
grant select on audit_events to keyward_app;
-- All but `sequence`, which nobody chooses.
grant insert (
  time, tenant_id, actor_kind, actor_id, actor_label, credential_id, on_behalf_of, action, resource_type, resource_id,
  resource_label, outcome, code, address, user_agent, request_id, detail
) on audit_events to keyward_app;
