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

-- Takes out a month that is kept elsewhere. For whoever owns the tables, on a connection of its own: the server's role may
-- not. Whoever asks, it has to be over for the shortest time that can be set, all of it sealed, and recorded with as many
-- rows and the same root as the seals have for it. That the record is signed, and that there is such a file, is not seen
-- from here.
create function drop_audit_month(wanted text) returns bigint language plpgsql
set search_path = public, pg_temp as $$
declare
  partition text := 'audit_months.events_' || replace(wanted, '-', '_');
  rows_there bigint;
  last bigint;
  sealed record;
begin
  if wanted !~ '^\d{4}-(0[1-9]|1[0-2])$' or to_regclass(partition) is null then
    raise exception 'there is no month %', wanted using errcode = 'invalid_parameter_value';
  end if;
  if (wanted || '-01')::timestamp at time zone 'UTC' + interval '1 month' > now() - interval '30 days' then
    raise exception 'the month % is not over for 30 days', wanted using errcode = 'invalid_parameter_value';
  end if;
  -- From here on nobody adds a row that was not counted.
  execute format('lock table %s in share mode', partition);
  execute format('select count(*), max(sequence) from %s', partition) into rows_there, last;
  if last > (select coalesce(max(to_sequence), 0) from audit_seals) then
    raise exception 'the month % is not sealed', wanted using errcode = 'invalid_parameter_value';
  end if;
  select coalesce(sum((m.month->>'count')::bigint), 0) as count, encode(sha256(convert_to(string_agg(
      concat_ws(' ', s.number, m.month->>'count', m.month->>'root') || E'\n', '' order by s.number), 'UTF8')), 'hex') as root
    into sealed
    from audit_seals s cross join jsonb_array_elements(s.seal->'months') m (month)
    where m.month->>'month' = wanted;
  if rows_there <> sealed.count then
    raise exception 'the month % holds % rows and not the % that were sealed', wanted, rows_there, sealed.count
      using errcode = 'invalid_parameter_value';
  end if;
  if rows_there > 0 and not exists (
    select from audit_archives a where a.month = wanted and a.archive->>'month' = wanted
      and a.archive->>'count' = rows_there::text and a.archive->>'root' = sealed.root
  ) then
    raise exception 'the month % is not archived as it was sealed', wanted using errcode = 'invalid_parameter_value';
  end if;
  execute format('alter table audit_events detach partition %s', partition);
  execute format('drop table %s', partition);
  return rows_there;
end $$;
revoke all on function drop_audit_month from public;

grant select, insert on audit_seals, audit_archives to keyward_app;
