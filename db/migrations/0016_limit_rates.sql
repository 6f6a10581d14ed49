-- Calls a second and how many at once; null: the tenant's, and in the end the setting of the installation.
alter table tenants
  add column calls_per_second integer check (calls_per_second between 1 and 1000000),
  add column calls_at_once integer check (calls_at_once between 1 and 10000000),
  add check (calls_at_once >= calls_per_second),
  add check ((calls_per_second is null) = (calls_at_once is null));
alter table credentials
  add column calls_per_second integer check (calls_per_second between 1 and 1000000),
  add column calls_at_once integer check (calls_at_once between 1 and 10000000),
  add check (calls_at_once >= calls_per_second),
  add check ((calls_per_second is null) = (calls_at_once is null));
