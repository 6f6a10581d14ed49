-- What the owner of a credential is told about it: each thing once, however many servers find it at the same moment.
create table notices (
  id uuid primary key,
  tenant_id uuid not null,
  user_id uuid not null,
  credential_id uuid not null,
  kind text not null check (kind in (
    'expires_14', 'expires_7', 'expires_1', 'expired_in_use', 'reuse', 'exposed', 'revoked_by_holder'
  )),
  -- Of an expiry its day, of anything else the day on which it happened (UTC).
  day date not null,
  address inet,
  created_at timestamptz not null,
  dismissed_at timestamptz,
  unique (credential_id, kind, day),
  foreign key (tenant_id, user_id) references users (tenant_id, id),
  foreign key (tenant_id, credential_id) references credentials (tenant_id, id)
);
create index notices_open on notices (user_id, created_at desc) where dismissed_at is null;
create index credentials_ending on credentials (expires_at) where revoked_at is null and expires_at is not null;

grant select, insert, update on notices to keyward_app;
