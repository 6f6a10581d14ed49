alter table users
  -- What an admin chose is good for one sign-in.
  add column password_chosen_by_admin boolean not null default false,
  -- Null for someone who was invited and has not come yet.
  add column last_sign_in_at timestamptz;

-- Whose code it is. Only the one that makes the first admin is nobody's yet.
alter table one_time_codes
  add column user_id uuid,
  add foreign key (tenant_id, user_id) references users (tenant_id, id),
  drop constraint one_time_codes_purpose_check,
  add constraint one_time_codes_purpose_check check (purpose in ('first_admin', 'invite', 'reset', 'magic')),
  add constraint one_time_codes_holder_check check ((user_id is null) = (purpose = 'first_admin'));

create index one_time_codes_open on one_time_codes (user_id, purpose) where consumed_at is null;
