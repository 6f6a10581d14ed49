-- Every change writes its audit row, so the audit log is where everyone who watches hears of changes: one message for each
-- tenant and up to a hundred people concerned, with what it is about and no more.
create function notify_changes() returns trigger language plpgsql as $$
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
      cross join lateral (
        values (n.actor_id), (case n.resource_type when 'user' then n.resource_id end), (c.owner_user_id)
      ) as concerned (user_id)
    ) as each
    group by tenant_id, part
  ) as grouped;
  return null;
end $$;
create trigger audit_events_notify after insert on audit_events
  referencing new table as added
  for each statement execute function notify_changes();

-- What was let in a moment ago and stays open has to hear when it may no longer be: also of what is typed into psql.
create function notify_access() returns trigger language plpgsql as $$
begin
  perform pg_notify('keyward_access', tg_argv[0] || ':' || (to_jsonb(old) ->> coalesce(tg_argv[1], 'id')));
  return null;
end $$;
create trigger sessions_notify_end after delete on sessions
  for each row execute function notify_access('session');
create trigger users_notify_access after update on users
  for each row when (
    (old.role, old.deactivated_at, old.deleted_at) is distinct from (new.role, new.deactivated_at, new.deleted_at)
  ) execute function notify_access('user');
create trigger credentials_notify_access after update on credentials
  for each row when (
    (old.revoked_at, old.enabled, old.expires_at, old.permissions, old.ip_allowlist)
    is distinct from (new.revoked_at, new.enabled, new.expires_at, new.permissions, new.ip_allowlist)
  ) execute function notify_access('credential');
create trigger secrets_notify_access after update on secrets
  for each row when ((old.state = 'current' and new.state <> 'current') or old.valid_until is distinct from new.valid_until)
  execute function notify_access('credential', 'credential_id');
create trigger tenants_notify_access after update on tenants
  for each row when (old.suspended_at is distinct from new.suspended_at) execute function notify_access('tenant');
