-- What a machine is set up with. The code itself is a one-time code of a purpose of its own; here is what it makes, and what
-- became of it.
alter table one_time_codes
  drop constraint one_time_codes_purpose_check,
  add constraint one_time_codes_purpose_check
    check (purpose in ('first_admin', 'invite', 'reset', 'magic', 'setup'));

create table setup_codes (
  id uuid primary key references one_time_codes (id),
  tenant_id uuid not null,
  user_id uuid not null,
  label text check (length(label) between 1 and 64),
  permissions text[] not null check (
    permissions = array['*'] or (cardinality(permissions) > 0 and not '*' = any (permissions))
  ),
  -- Null: never.
  expires_in_days integer check (expires_in_days between 1 and 3650),
  credential_id uuid unique,
  redeemed_at timestamptz,
  host text,
  os text,
  address inet,
  -- What the machine said of itself, last.
  reported_at timestamptz,
  healthy boolean,
  version text,
  skills text[],
  foreign key (tenant_id, user_id) references users (tenant_id, id),
  foreign key (tenant_id, credential_id) references credentials (tenant_id, id),
  check ((credential_id is null) = (redeemed_at is null)),
  check (reported_at is null or credential_id is not null)
);
grant select, insert, update on setup_codes to keyward_app;

alter table notices
  drop constraint notices_kind_check,
  add constraint notices_kind_check check (kind in (
    'expires_14', 'expires_7', 'expires_1', 'expired_in_use', 'reuse', 'exposed', 'revoked_by_holder', 'setup_reused'
  ));
