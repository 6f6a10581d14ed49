-- A credential has one holder, by its kind: a personal token is a person's, a key is its tenant's. Who made a key stays
-- written down, also when they are gone.
alter table credentials
  alter column owner_user_id drop not null,
  add column made_by uuid,
  -- What it may reach, by type; null: every resource.
  add column resources jsonb,
  add foreign key (tenant_id, made_by) references users (tenant_id, id),
  drop constraint credentials_kind_check,
  add constraint credentials_kind_check check (kind in ('pat', 'key')),
  add constraint credentials_holder_check check (
    (kind = 'pat') = (owner_user_id is not null) and (kind = 'key') = (made_by is not null)
  ),
  -- No owner's role caps a key: it does what it names, and reaches what it names.
  add constraint credentials_grant_check check (kind <> 'key' or (permissions <> array['*'] and resources is not null)),
  add constraint credentials_resources_check check (
    jsonb_typeof(resources) = 'object' and resources ?& array['agent', 'flow', 'mcp_tool', 'vector_store', 'llm_model']
  );

create unique index credentials_live_key_name on credentials (tenant_id, (normalize(name, NFC) collate "C"))
  where kind = 'key' and revoked_at is null and not name_released;
create index credentials_keys on credentials (tenant_id, created_at, id) where kind = 'key';

-- What a secret is for: a credential has one main one, or during a rotation two. Those of a grant come and go beside them.
alter table secrets
  add column purpose text not null default 'main' check (purpose in ('main', 'access', 'refresh'));
drop index secrets_one_current, secrets_one_grace;
create unique index secrets_one_current on secrets (credential_id) where state = 'current' and purpose = 'main';
create unique index secrets_one_grace on secrets (credential_id) where state = 'grace' and purpose = 'main';

create or replace function label_owner() returns trigger language plpgsql as $$
begin
  if new.owner_user_id is not null then
    select owner_label(canonical_email, folded_name) into strict new.owner_label from users where id = new.owner_user_id;
  end if;
  return new;
end $$;

-- The tallies count what people own; keys have a list of their own.
create or replace function tally_new() returns trigger language plpgsql as $$
begin
  insert into credential_tallies
  select tenant_id, swept_status, count(*) from added where owner_user_id is not null group by 1, 2;
  return null;
end $$;
create or replace function tally_gone() returns trigger language plpgsql as $$
begin
  insert into credential_tallies
  select tenant_id, swept_status, -count(*) from gone where owner_user_id is not null group by 1, 2;
  return null;
end $$;
drop trigger credentials_tally_moved on credentials;
create trigger credentials_tally_moved after update on credentials
  for each row when (new.owner_user_id is not null and old.swept_status is distinct from new.swept_status)
  execute function tally_moved();

drop trigger credentials_notify_access on credentials;
create trigger credentials_notify_access after update on credentials
  for each row when (
    (old.revoked_at, old.enabled, old.expires_at, old.permissions, old.ip_allowlist, old.resources)
    is distinct from (new.revoked_at, new.enabled, new.expires_at, new.permissions, new.ip_allowlist, new.resources)
  ) execute function notify_access('credential');

-- Of a key several people are told.
alter table notices
  drop constraint notices_credential_id_kind_day_key,
  add constraint notices_once unique (credential_id, kind, day, user_id);

-- Every row there is keeps the stricter rule that this replaces, so none is read again: a log may have many millions.
alter table audit_events
  drop constraint audit_events_actor_kind_check1,
  add constraint audit_events_actor_kind_check
    check (actor_kind in ('user', 'key', 'agent', 'system', 'anonymous')) not valid;
