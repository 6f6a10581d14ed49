-- Sign-ins that a machine asked for and a person answers in a browser (RFC 8628). Nobody's until somebody answers. What was
-- approved is a one-time code of its own purpose from then on, and so ends with all that ends those. Rows of the past are
-- deleted: the audit log keeps what happened.
alter table one_time_codes
  drop constraint one_time_codes_purpose_check,
  add constraint one_time_codes_purpose_check
    check (purpose in ('first_admin', 'invite', 'reset', 'magic', 'setup', 'device'));

create table device_requests (
  id uuid primary key,
  device_hash bytea not null unique check (length(device_hash) = 32),
  -- A keyed hash: the code that a person types has 34 bits, which a plain hash would not hide.
  user_code_key bytea not null unique check (length(user_code_key) = 32),
  host text,
  address inet not null,
  user_agent text,
  token_name text not null,
  terms jsonb not null,
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at),
  interval_seconds integer not null,
  polled_at timestamptz,
  tenant_id uuid,
  user_id uuid,
  answered_at timestamptz,
  approved boolean not null default false,
  collected_at timestamptz,
  foreign key (tenant_id, user_id) references users (tenant_id, id),
  check ((user_id is null) = (answered_at is null) and (tenant_id is null) = (user_id is null)),
  check (answered_at is not null or not approved),
  check (collected_at is null or approved)
);
create index device_requests_past on device_requests (expires_at);
grant select, insert, update, delete on device_requests to keyward_app;
