-- Who issued a code, and by which session or credential: what someone hands out ends with their right to hand it out.
-- `required_role` is the least role that has that right.
alter table one_time_codes
  add column issued_by uuid,
  add column issued_session_id uuid,
  add column issued_credential_id uuid,
  add column required_role text check (required_role in ('viewer', 'member', 'manager', 'admin')),
  add foreign key (tenant_id, issued_by) references users (tenant_id, id),
  add foreign key (tenant_id, issued_credential_id) references credentials (tenant_id, id),
  drop constraint one_time_codes_purpose_check,
  -- A password that an admin chose is good while its row here is open. It is shown to nobody: its hash is of nothing.
  add constraint one_time_codes_purpose_check
    check (purpose in ('first_admin', 'invite', 'reset', 'password', 'magic', 'setup', 'device'));

-- Of codes that are open now, nobody knows who issued them; a new one is a click away.
update one_time_codes set consumed_at = now()
where consumed_at is null and purpose in ('invite', 'reset', 'setup', 'device');

-- An open code has an issuer, except one that makes the first admin, one that its holder asked to have mailed, and a reset
-- that an operator made at the machine. Sessions are deleted when they end, so they are not referenced.
alter table one_time_codes
  add constraint one_time_codes_issuer_check check (
    (issued_by is null) = (required_role is null)
    and num_nonnulls(issued_session_id, issued_credential_id) = num_nonnulls(issued_by)
    and (issued_by is not null or consumed_at is not null or purpose in ('first_admin', 'magic', 'reset', 'invite'))
  );
create index one_time_codes_issuer on one_time_codes (issued_by) where consumed_at is null;
create index one_time_codes_session on one_time_codes (issued_session_id) where consumed_at is null;
create index one_time_codes_credential on one_time_codes (issued_credential_id) where consumed_at is null;
create index one_time_codes_tenant on one_time_codes (tenant_id, id) where consumed_at is null;
