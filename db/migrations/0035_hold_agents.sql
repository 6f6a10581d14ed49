-- An agent is a machine that acts for its owner. It has one credential for life, of the same id; the credential holds its
-- name, what it may do and whether it is on, and here is the rest.
alter table credentials
  drop constraint credentials_kind_check,
  drop constraint credentials_holder_check,
  drop constraint credentials_grant_check,
  add constraint credentials_kind_check check (kind in ('pat', 'key', 'agent')),
  add constraint credentials_holder_check check (
    (kind = 'pat') = (owner_user_id is not null) and (kind = 'key') = (made_by is not null)
  ),
  -- Only a person's own token may do all that they may.
  add constraint credentials_grant_check check (kind = 'pat' or (permissions <> array['*'] and resources is not null)),
  add constraint credentials_agent_name_check check (kind <> 'agent' or name ~ '^[a-z0-9][a-z0-9._-]{0,62}$');

create unique index credentials_live_agent_name on credentials (tenant_id, (name collate "C"))
  where kind = 'agent' and revoked_at is null;
create index credentials_agents on credentials (tenant_id, created_at, id) where kind = 'agent' and revoked_at is null;

create table agents (
  id uuid primary key,
  tenant_id uuid not null,
  owner_user_id uuid not null,
  description text check (length(description) between 1 and 500),
  -- Null: as the tenant has it.
  rotation_days integer check (rotation_days between 1 and 365),
  -- The code that waits to enrol it, and the one that its secrets stem from.
  code_id uuid references one_time_codes (id),
  enrolled_code_id uuid references one_time_codes (id),
  -- When its secret is due to be replaced; null: it has none.
  rotate_after timestamptz,
  paused_at timestamptz,
  pause_reason text check (length(pause_reason) between 1 and 500),
  -- Too many rotations were delivered and not confirmed: no more are tried until someone acts.
  stuck_at timestamptz,
  clone_suspected_at timestamptz,
  -- What it said when it last connected.
  host text check (length(host) between 1 and 253),
  version text check (length(version) between 1 and 64),
  address inet,
  connected_at timestamptz,
  last_seen_at timestamptz,
  -- The server that holds its connection, see `agent_servers`; which one it is, and by which secret it was opened.
  server_id uuid,
  connection_id uuid,
  connection_epoch integer,
  -- The hosts that it said lately, by which a copy of it is found.
  visits jsonb not null default '[]',
  foreign key (tenant_id, id) references credentials (tenant_id, id),
  foreign key (tenant_id, owner_user_id) references users (tenant_id, id),
  constraint agents_pause_check check (paused_at is not null or pause_reason is null),
  constraint agents_connection_check check (
    server_id is null or (connected_at is not null and connection_id is not null and connection_epoch is not null)
  )
);
create index agents_list on agents (tenant_id, id);
create index agents_owner on agents (owner_user_id);
create index agents_due on agents (rotate_after) where rotate_after is not null;
create index agents_connected on agents (server_id) where server_id is not null;
create index agents_alerts on agents (tenant_id) where stuck_at is not null or clone_suspected_at is not null;
create index agents_code on agents (code_id) where code_id is not null;
create index agents_enrolled_code on agents (enrolled_code_id) where enrolled_code_id is not null;

-- Servers that hold connections of agents. One that is killed leaves its agents marked as connected: its own row, which it
-- renews every few seconds, tells that they are not.
create table agent_servers (
  id uuid primary key,
  seen_at timestamptz not null
);

-- One replacement of an agent's secret. The secret itself is in no table: before it is staged it does not exist, and after
-- that its hash stands in `secrets`.
create table rotations (
  id uuid primary key,
  tenant_id uuid not null,
  agent_id uuid not null references agents (id),
  -- Null: it waits for the agent to connect.
  epoch integer check (epoch > 1),
  state text not null check (
    state in ('queued', 'staged', 'delivered', 'persisted', 'promoted', 'failed', 'superseded', 'cancelled')
  ),
  cause text not null check (cause in ('schedule', 'request', 'recovery', 'enrollment')),
  requested_by text,
  failure text check (
    failure in ('disk_full', 'not_writable', 'verify_failed', 'busy', 'unsupported', 'other', 'timeout', 'lost')
  ),
  failure_text text check (length(failure_text) between 1 and 200),
  created_at timestamptz not null,
  staged_at timestamptz,
  delivered_at timestamptz,
  persisted_at timestamptz,
  promoted_at timestamptz,
  -- Of one that has failed, was superseded or cancelled.
  ended_at timestamptz,
  unique (agent_id, epoch),
  constraint rotations_staged_check check ((epoch is null) = (staged_at is null)),
  constraint rotations_promoted_check check ((state = 'promoted') = (promoted_at is not null)),
  constraint rotations_ended_check check ((state in ('failed', 'superseded', 'cancelled')) = (ended_at is not null))
);
create unique index rotations_one_open on rotations (agent_id)
  where state in ('queued', 'staged', 'delivered', 'persisted');
create index rotations_of_agent on rotations (agent_id, created_at desc, id desc);

-- Of agents: the secret ends, and the credential does not.
alter table secrets add column expires_at timestamptz;
create unique index secrets_one_staged on secrets (credential_id) where state = 'staged' and purpose = 'main';

create function refuse_rotation_change() returns trigger language plpgsql as $$
begin
  raise exception 'a rotation that is over stays as it is' using errcode = 'integrity_constraint_violation';
end $$;
create trigger rotations_stay_over before update on rotations
  for each row when (old.state in ('promoted', 'failed', 'superseded', 'cancelled'))
  execute function refuse_rotation_change();

alter table tenants
  add column agent_rotation_days integer not null default 7 check (agent_rotation_days between 1 and 365),
  add column agent_overdue_days integer not null default 7 check (agent_overdue_days between 0 and 90),
  add column agent_grace_minutes integer not null default 5 check (agent_grace_minutes between 1 and 60),
  add column agent_rotation_timeout_seconds integer not null default 30
    check (agent_rotation_timeout_seconds between 5 and 300),
  add column agent_rotation_check_minutes integer not null default 60
    check (agent_rotation_check_minutes between 1 and 1440),
  add column agent_recovery_days integer not null default 30 check (agent_recovery_days between 0 and 365),
  add column agent_clone_action text not null default 'warn' check (agent_clone_action in ('warn', 'pause')),
  add column agents_checked_at timestamptz,
  add constraint tenants_overdue_check check (agent_overdue_days > 0 or agent_rotation_days >= 2);

alter table one_time_codes
  drop constraint one_time_codes_purpose_check,
  add constraint one_time_codes_purpose_check
    check (purpose in ('first_admin', 'invite', 'reset', 'password', 'magic', 'setup', 'device', 'agent'));

create trigger agents_notify_access after update on agents
  for each row when ((old.paused_at, old.owner_user_id) is distinct from (new.paused_at, new.owner_user_id))
  execute function notify_access('credential');

create or replace function notify_changes() returns trigger language plpgsql as $$
begin
  perform pg_notify('keyward_changes', json_build_object('tenant', tenant_id, 'topics', topics, 'users', users)::text)
  from (
    select
      tenant_id,
      array_agg(distinct topic) as topics,
      coalesce(array_agg(distinct user_id) filter (where user_id is not null), '{}') as users
    from (
      select
        n.tenant_id,
        split_part(n.action, '.', 1) as topic,
        concerned.user_id,
        dense_rank() over (partition by n.tenant_id order by concerned.user_id) / 100 as part
      from added n
      left join credentials c on c.id = n.resource_id
      left join agents a on a.id = n.resource_id
      cross join lateral (
        values
          (n.actor_id), (case n.resource_type when 'user' then n.resource_id end), (c.owner_user_id), (a.owner_user_id)
      ) as concerned (user_id)
    ) as each
    group by tenant_id, part
  ) as grouped;
  return null;
end $$;

alter table notices
  drop constraint notices_kind_check,
  add constraint notices_kind_check check (kind in (
    'expires_14', 'expires_7', 'expires_1', 'expired_in_use', 'reuse', 'exposed', 'revoked_by_holder', 'setup_reused',
    'password_set', 'audit_finding', 'audit_unverified', 'agent_code_reused', 'agent_stuck', 'agent_cloned', 'agent_lost'
  ));

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
    'one_time_codes where tenant_id = $1', 'sessions where tenant_id = $1',
    'credential_use where credential_id in (select id from credentials where tenant_id = $1)',
    'credential_last_use where tenant_id = $1', 'credential_search where tenant_id = $1',
    'secrets where credential_id in (select id from credentials where tenant_id = $1)',
    'credentials where tenant_id = $1', 'credential_tallies where tenant_id = $1',
    'user_identities where tenant_id = $1'
  ] loop
    execute format('delete from %1$s and ctid = any(array(select ctid from %1$s limit $2))', step) using tenant, batch;
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

grant select, insert, update on agents, rotations, agent_servers to keyward_app;
grant delete on agent_servers to keyward_app;
