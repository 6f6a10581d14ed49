-- Tool servers of others, and what they offer. What a credential may reach names a tool by the id of its server and the name
-- that the server gives it, so that no other name that it is shown under changes a grant.
create table mcp_servers (
  id uuid primary key,
  tenant_id uuid not null references tenants (id),
  alias text not null check (alias ~ '^[a-z0-9-]{1,24}$'),
  url text not null check (length(url) <= 2000 and url ~ '^https?://'),
  transport text not null check (transport in ('auto', 'http')),
  auth text not null check (auth in ('none', 'headers', 'keyward_jwt')),
  header_names text[] not null default '{}' check (cardinality(header_names) <= 20),
  -- The values, as one JSON object, under the master key.
  headers_sealed bytea,
  timeout_seconds integer not null check (timeout_seconds between 1 and 600),
  total_seconds integer not null check (total_seconds between 1 and 14400),
  max_concurrent integer not null check (max_concurrent between 1 and 256),
  enabled boolean not null default true,
  -- New and changed tools are not held back.
  trusted boolean not null default false,
  nano_usd_per_call bigint not null default 0 check (nano_usd_per_call >= 0),
  created_at timestamptz not null,
  created_by uuid not null,
  health text not null check (health in ('up', 'degraded', 'down')),
  health_since timestamptz not null,
  -- Why it is not up; null with `degraded`: some of its tools are left out.
  fault text check (fault in ('address_refused', 'unreachable', 'tls', 'timeout', 'unauthorized', 'not_mcp')),
  tools_left_out integer not null default 0 check (tools_left_out >= 0),
  -- Checks that failed in a row.
  failures integer not null default 0 check (failures >= 0),
  checked_at timestamptz,
  next_check_at timestamptz not null,
  last_used_at timestamptz not null,
  unique (tenant_id, id),
  constraint mcp_servers_alias unique (tenant_id, alias),
  foreign key (tenant_id, created_by) references users (tenant_id, id),
  constraint mcp_servers_headers_check check (
    (auth = 'headers') = (headers_sealed is not null) and (auth = 'headers') = (cardinality(header_names) > 0)
  ),
  constraint mcp_servers_fault_matches_check check (
    case health when 'up' then fault is null when 'degraded' then fault is not null or tools_left_out > 0 else fault is not null end
  )
);
create index mcp_servers_maker on mcp_servers (created_by);
create index mcp_servers_due on mcp_servers (next_check_at) where enabled;

create table mcp_tools (
  server_id uuid not null,
  tenant_id uuid not null,
  -- As the server calls it.
  name text not null check (length(name) between 1 and 128),
  -- As it is offered to clients.
  shown_name text not null check (shown_name ~ '^[A-Za-z0-9_-]{1,50}$'),
  state text not null check (state in ('approved', 'new', 'changed', 'hidden')),
  -- `json`, which keeps the order of fields, unlike `jsonb`. The pin is the SHA-256 of the same in a canonical form.
  definition json not null,
  pin bytea not null check (length(pin) = 32),
  approved_definition json,
  approved_pin bytea check (length(approved_pin) = 32),
  found_at timestamptz not null,
  changed_at timestamptz not null,
  approved_at timestamptz,
  -- Null also where it passed because its server is trusted.
  approved_by uuid,
  -- The server no longer lists it. What was approved is kept for when it does again.
  gone_at timestamptz,
  primary key (server_id, name),
  foreign key (tenant_id, server_id) references mcp_servers (tenant_id, id) on delete cascade,
  foreign key (tenant_id, approved_by) references users (tenant_id, id),
  -- What is offered is what was approved, to the last character.
  constraint mcp_tools_approved_is_pinned_check check (
    case state
      when 'approved' then approved_pin is not null and approved_pin = pin
      when 'new' then approved_pin is null
      when 'changed' then approved_pin is not null and approved_pin <> pin
      else true
    end
  ),
  constraint mcp_tools_approval_check check (
    (approved_pin is null) = (approved_definition is null) and (approved_pin is null) = (approved_at is null)
  )
);
-- No two tools are offered under one name, nor under names that differ by case alone.
create unique index mcp_tools_shown on mcp_tools (tenant_id, lower(shown_name)) where state <> 'hidden';
create index mcp_tools_approver on mcp_tools (approved_by) where approved_by is not null;

create or replace function purge_tenant(tenant uuid, batch integer) returns integer language plpgsql
security definer set search_path = public, pg_temp as $$
declare
  step text;
  erased integer;
begin
  if batch not between 1 and 10000 then raise exception 'rows at a time: 1 to 10,000'; end if;
  perform from tenants
  where id = tenant and deleted_at < now() - interval '30 days' and purge_began_at is not null and purged_at is null
  for no key update;
  if not found then
    raise exception 'this tenant is not to be erased' using errcode = 'integrity_constraint_violation';
  end if;
  foreach step in array array[
    'notices where tenant_id = $1', 'setup_codes where tenant_id = $1', 'device_requests where tenant_id = $1',
    'rotations where tenant_id = $1', 'agents where tenant_id = $1',
    'mcp_tools where tenant_id = $1', 'mcp_servers where tenant_id = $1',
    'one_time_codes where tenant_id = $1', 'sessions where tenant_id = $1',
    'credential_use where credential_id in (select id from credentials where tenant_id = $1)',
    'credential_last_use where tenant_id = $1', 'credential_search where tenant_id = $1',
    'secrets where credential_id in (select id from credentials where tenant_id = $1)',
    'credentials where tenant_id = $1', 'credential_tallies where tenant_id = $1',
    'user_identities where tenant_id = $1'
  ] loop
    -- By place alone: beside another condition the planner may read the whole table for each batch.
    execute format('delete from %I where ctid = any(array(select ctid from %s limit $2))', split_part(step, ' ', 1), step)
    using tenant, batch;
    get diagnostics erased = row_count;
    if erased > 0 then return erased; end if;
  end loop;
  -- People refer to each other.
  update users set deactivated_by = null, deactivate_reason = null
  where ctid = any(array(select ctid from users where tenant_id = tenant and deactivated_by is not null limit batch));
  get diagnostics erased = row_count;
  if erased > 0 then return erased; end if;
  delete from users where ctid = any(array(select ctid from users where tenant_id = tenant limit batch));
  get diagnostics erased = row_count;
  return erased;
end $$;

grant select, insert, update, delete on mcp_servers, mcp_tools to keyward_app;
