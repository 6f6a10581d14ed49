-- Who somebody is at an OpenID Connect issuer. An identity that was unlinked stays, as what once let them in.
create table user_identities (
  id uuid primary key,
  tenant_id uuid not null,
  user_id uuid not null,
  issuer text not null check (length(issuer) between 1 and 500),
  subject text not null check (length(subject) between 1 and 255),
  email text,
  linked_at timestamptz not null,
  last_used_at timestamptz,
  unlinked_at timestamptz,
  foreign key (tenant_id, user_id) references users (tenant_id, id)
);
create unique index user_identities_live on user_identities (issuer, subject) where unlinked_at is null;
create index user_identities_user on user_identities (user_id) where unlinked_at is null;
grant select, insert, update on user_identities to keyward_app;
