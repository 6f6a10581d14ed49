-- A notice about the account itself concerns no credential.
alter table notices
  alter column credential_id drop not null,
  drop constraint notices_kind_check,
  add constraint notices_kind_check check (kind in (
    'expires_14', 'expires_7', 'expires_1', 'expired_in_use', 'reuse', 'exposed', 'revoked_by_holder', 'setup_reused',
    'password_set'
  )),
  add constraint notices_subject_check check ((credential_id is null) = (kind = 'password_set'));
