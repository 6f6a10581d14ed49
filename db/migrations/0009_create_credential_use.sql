-- How a credential was used, day by day (UTC): from where, for what, how often, and how often in vain. Kept for 90 days.
create table credential_use (
  credential_id uuid not null references credentials (id),
  day date not null,
  -- Both null: the rest of a day that had very many pairs of address and endpoint.
  address inet,
  endpoint text check (length(endpoint) between 1 and 200),
  count bigint not null default 0 check (count >= 0),
  refused bigint not null default 0 check (refused >= 0),
  last_at timestamptz not null,
  unique nulls not distinct (credential_id, day, address, endpoint),
  check ((address is null) = (endpoint is null))
);
create index credential_use_day on credential_use (day);

grant select, insert, update, delete on credential_use to keyward_app;
