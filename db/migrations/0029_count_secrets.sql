-- How many secrets a person has made on a day (UTC): tokens, rotations and setup codes each leave a row for good. On the row
-- of the person, which whoever makes one has locked.
alter table users
  add column secrets_made_on date,
  add column secrets_made integer not null default 0 check (secrets_made >= 0);

-- Open codes are counted, and of those that were never used there may be very many.
create index one_time_codes_unused on one_time_codes (user_id, purpose, expires_at) where consumed_at is null;
drop index one_time_codes_open;
