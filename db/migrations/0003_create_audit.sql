create table audit_events (
  sequence bigint generated always as identity primary key,
  time timestamptz not null,
  tenant_id uuid not null references tenants (id),
  actor_kind text not null check (actor_kind in ('user', 'agent', 'system', 'anonymous')),
  actor_id uuid,
  actor_label text not null,
  credential_id uuid,
  on_behalf_of uuid,
  action text not null check (action ~ '^[a-z_]+\.[a-z_]+$'),
  resource_type text,
  resource_id uuid,
  resource_label text,
  outcome text not null check (outcome in ('ok', 'denied', 'failed')),
  code text,
  address inet,
  user_agent text,
  request_id uuid,
  detail jsonb not null default '{}'
);
create index audit_events_tenant on audit_events (tenant_id, sequence desc);

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only: % refused', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger audit_events_append_only before update or delete on audit_events
  for each row execute function refuse_audit_change();
create trigger audit_events_no_truncate before truncate on audit_events
  for each statement execute function refuse_audit_change();
-- Also while replicating, so that `session_replication_role` is no way round.
alter table audit_events enable always trigger audit_events_append_only;
alter table audit_events enable always trigger audit_events_no_truncate;
