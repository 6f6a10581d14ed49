-- What becomes of a person and shows in each of their tokens is brought into those by a job, a batch a transaction: in one
-- transaction a person with 30,000 tokens could be neither deleted nor renamed. Null: there is nothing left to do.
alter table users add column unsynced_at timestamptz;
create index users_unsynced on users (unsynced_at) where unsynced_at is not null;

create function mark_unsynced() returns trigger language plpgsql as $$
begin
  -- To the millisecond, as the server keeps it: it clears the mark that it has read, and no later one.
  new.unsynced_at := date_trunc('milliseconds', clock_timestamp());
  return new;
end $$;
create trigger users_mark_unsynced before update of email, name, deleted_at on users
  for each row when (
    (old.email, old.name, old.deleted_at) is distinct from (new.email, new.name, new.deleted_at)
  ) execute function mark_unsynced();

drop trigger users_relabel_owned on users;
drop function relabel_owned();

create function owner_label(canonical_email text, folded_name text) returns text language sql immutable
return canonical_email || ' ' || folded_name;

create or replace function label_owner() returns trigger language plpgsql as $$
begin
  select owner_label(canonical_email, folded_name) into strict new.owner_label from users where id = new.owner_user_id;
  return new;
end $$;

-- Until the job has come by, the deletion of its owner is what revokes a token: taken back, it would bring some of them back.
create function refuse_undeletion() returns trigger language plpgsql as $$
begin
  raise exception 'a deleted user stays deleted' using errcode = 'integrity_constraint_violation';
end $$;
create trigger users_stay_deleted before update on users
  for each row when (old.deleted_at is not null and new.deleted_at is distinct from old.deleted_at)
  execute function refuse_undeletion();

-- Without statistics a column counts as hardly ever null, and whoever asks for the few marks would read all tokens.
analyze users;
