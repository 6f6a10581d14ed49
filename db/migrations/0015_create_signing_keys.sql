-- What JWTs are signed with. Rows are kept: which key signed what, and when, stays known.
create table signing_keys (
  id uuid primary key,
  public_jwk jsonb not null,
  -- AES-256-GCM under the master key, which is not in this database.
  sealed_private_key bytea not null,
  created_at timestamptz not null,
  signs_from timestamptz not null,
  signs_until timestamptz not null,
  -- After the last token that it signed is dead.
  published_until timestamptz not null check (published_until > signs_until)
);
create index signing_keys_published on signing_keys (published_until);
grant select, insert on signing_keys to keyward_app;
