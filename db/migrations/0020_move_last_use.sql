insert into credential_last_use
select id, tenant_id, swept_status, last_used_at, last_used_ip, last_used_agent, use_count from credentials;

create index credential_last_use_order on credential_last_use
  (tenant_id, swept_status, (coalesce(last_used_at, '-infinity'::timestamptz)), credential_id);

-- The index by use goes with its column.
alter table credentials
  drop column last_used_at, drop column last_used_ip, drop column last_used_agent, drop column use_count;

-- What holds off the writing of a use is this row and never the credential, which whoever changes it may hold.
alter table credential_use
  drop constraint credential_use_credential_id_fkey,
  add foreign key (credential_id) references credential_last_use (credential_id);
