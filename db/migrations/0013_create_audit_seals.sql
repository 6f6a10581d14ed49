-- A seal says which rows the log held in a range of sequences: the proof itself, signed, and the beginning of each row's
-- hash, by which a row that does not fit is found.
create table audit_seals (
  number bigint primary key check (number > 0),
  to_sequence bigint not null,
  seal jsonb not null,
  fingerprints bytea not null,
  created_at timestamptz not null default now()
);

-- A month that was taken out, signed too: without its line a missing month is a hole.
create table audit_archives (
  month text primary key check (month ~ '^\d{4}-\d{2}$'),
  archive jsonb not null,
  created_at timestamptz not null default now()
);

create trigger audit_seals_append_only before update or delete or truncate on audit_seals
  for each statement execute function refuse_audit_change();
create trigger audit_archives_append_only before update or delete or truncate on audit_archives
  for each statement execute function refuse_audit_change();
alter table audit_seals enable always trigger audit_seals_append_only;
alter table audit_archives enable always trigger audit_archives_append_only;

-- Takes out a month that is kept elsewhere. Whoever asks: not the month that is, and not before all of it is sealed.
create function drop_audit_month(month text) returns void language plpgsql
security definer set search_path = public, pg_temp as $$
declare
  name text := 'events_' || replace(month, '-', '_');
  last bigint;
begin
  if month !~ '^\d{4}-\d{2}$' or to_regclass('audit_months.' || quote_ident(name)) is null then
    raise exception 'there is no month %', month using errcode = 'invalid_parameter_value';
  end if;
  if month >= to_char(now() at time zone 'UTC', 'YYYY-MM') then
    raise exception 'the month % is not over', month using errcode = 'invalid_parameter_value';
  end if;
  execute format('select max(sequence) from audit_months.%I', name) into last;
  if last > (select coalesce(max(to_sequence), 0) from audit_seals) then
    raise exception 'the month % is not sealed', month using errcode = 'invalid_parameter_value';
  end if;
  if last is not null and not exists (select from audit_archives a where a.month = drop_audit_month.month) then
    raise exception 'the month % is not archived', month using errcode = 'invalid_parameter_value';
  end if;
  execute format('alter table audit_events detach partition audit_months.%I', name);
  execute format('drop table audit_months.%I', name);
end $$;
revoke all on function drop_audit_month from public;

grant select, insert on audit_seals, audit_archives to keyward_app;
grant execute on function drop_audit_month to keyward_app;
