-- Notices that are about no token: what the daily verification of the audit log found, or that it could not be carried out;
-- and that an account has got its first password.
alter table notices
  drop constraint notices_kind_check,
  alter column credential_id drop not null,
  add column detail text;
alter table notices
  add constraint notices_kind_check check (kind in (
    'expires_14', 'expires_7', 'expires_1', 'expired_in_use', 'reuse', 'exposed', 'revoked_by_holder', 'setup_reused',
    'password_set', 'audit_finding', 'audit_unverified'
  )),
  add constraint notices_subject_check check (
    (credential_id is null) = (kind in ('password_set', 'audit_finding', 'audit_unverified'))
  ),
  add constraint notices_detail_check check ((detail is not null) = (kind in ('audit_finding', 'audit_unverified')));
create unique index notices_of_log on notices (user_id, kind, day) where detail is not null;
