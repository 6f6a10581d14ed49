-- A secret in grace works until `valid_until`; of a retired one it is when it stopped to.
alter table secrets
  add column rotation_id uuid,
  add constraint secrets_one_rotation unique (credential_id, rotation_id),
  add constraint secrets_end check ((state in ('grace', 'retired')) = (valid_until is not null));
create unique index secrets_one_grace on secrets (credential_id) where state = 'grace';

-- A secret only ever goes towards its end, and none outlives its credential.
create function keep_secrets_ending() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (
    old.state = 'retired'
    or (old.state = 'grace' and (new.state not in ('grace', 'retired') or new.valid_until > old.valid_until))
  ) then
    raise exception 'what ends of a secret stays ended' using errcode = 'integrity_constraint_violation';
  end if;
  if new.state = 'grace' and exists (
    select from credentials where id = new.credential_id and expires_at < new.valid_until
  ) then
    raise exception 'no grace lasts longer than its credential' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger secrets_keep_ending before insert or update on secrets
  for each row execute function keep_secrets_ending();

-- Switched off by somebody other than its owner, who then cannot switch it on.
alter table credentials add column held boolean not null default false, add check (not held or not enabled);

-- Whether a credential whose retired secret is used again is switched off.
alter table tenants add column disable_on_reuse boolean not null default false;
