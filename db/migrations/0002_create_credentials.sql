-- What was granted. Its id never changes; rows are ended, never deleted.
create table credentials (
  id uuid primary key,
  tenant_id uuid not null references tenants (id),
  kind text not null check (kind in ('pat')),
  owner_user_id uuid not null,
  name text not null check (length(name) between 1 and 64),
  -- An expired token keeps its name but no longer holds it against others.
  name_released boolean not null default false,
  permissions text[] not null check (
    permissions = array['*'] or (cardinality(permissions) > 0 and not '*' = any (permissions))
  ),
  ip_allowlist text[] not null default '{}',
  enabled boolean not null default true,
  created_at timestamptz not null,
  expires_at timestamptz check (expires_at > created_at),
  revoked_at timestamptz,
  revoked_by uuid references users (id),
  revoke_reason text,
  last_used_at timestamptz,
  last_used_ip inet,
  last_used_agent text,
  use_count bigint not null default 0 check (use_count >= 0),
  unique (tenant_id, id),
  foreign key (tenant_id, owner_user_id) references users (tenant_id, id),
  check (revoked_at is not null or (revoked_by is null and revoke_reason is null))
);

create unique index credentials_live_name on credentials (owner_user_id, name)
  where revoked_at is null and not name_released;
create index credentials_owner on credentials (owner_user_id, created_at desc, id desc);

-- What proves it: one current secret, during a rotation a staged one or one in grace.
create table secrets (
  hash bytea primary key check (length(hash) = 32),
  credential_id uuid not null references credentials (id),
  prefix text not null check (prefix ~ '^kw_[a-z]{3}_[0-9A-Za-z]{8}$'),
  epoch integer not null check (epoch > 0),
  state text not null check (state in ('current', 'staged', 'grace', 'retired')),
  created_at timestamptz not null,
  valid_until timestamptz,
  unique (credential_id, epoch)
);
create unique index secrets_one_current on secrets (credential_id) where state = 'current';

-- Whoever asks, through whatever door: what has ended stays ended.
create function refuse_revival() returns trigger language plpgsql as $$
begin
  raise exception 'a revoked credential stays revoked' using errcode = 'integrity_constraint_violation';
end $$;
create trigger credentials_stay_revoked before update on credentials
  for each row when (old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at)
  execute function refuse_revival();
