create table tenants (
  id uuid primary key,
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null check (length(name) between 1 and 100),
  -- The tenant's policy on tokens: the longest life in days (null: no limit), and whether one may live for ever.
  max_token_days integer check (max_token_days between 1 and 3650),
  allow_eternal_tokens boolean not null default true,
  created_at timestamptz not null,
  suspended_at timestamptz
);

create table users (
  id uuid primary key,
  tenant_id uuid not null references tenants (id),
  email text not null check (email = trim(email) and length(email) between 3 and 254),
  name text not null check (length(name) between 1 and 100),
  role text not null check (role in ('viewer', 'member', 'manager', 'admin')),
  password_hash text,
  created_at timestamptz not null,
  deactivated_at timestamptz,
  deactivated_by uuid references users (id),
  deactivate_reason text,
  deleted_at timestamptz,
  unique (tenant_id, id),
  check (deactivated_at is not null or (deactivated_by is null and deactivate_reason is null))
);

-- Signing in names no tenant, so an address is one person's in the whole installation, whatever its case.
create unique index users_email on users (lower(email)) where deleted_at is null;

create table sessions (
  hash bytea primary key check (length(hash) = 32),
  id uuid not null unique,
  tenant_id uuid not null,
  user_id uuid not null,
  created_at timestamptz not null,
  last_seen_at timestamptz not null,
  address inet,
  user_agent text,
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);
create index sessions_user on sessions (user_id);

create table one_time_codes (
  id uuid primary key,
  tenant_id uuid not null references tenants (id),
  hash bytea not null unique check (length(hash) = 32),
  purpose text not null check (purpose in ('first_admin')),
  payload jsonb not null default '{}',
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at),
  consumed_at timestamptz
);
