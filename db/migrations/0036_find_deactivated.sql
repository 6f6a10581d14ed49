-- Their tokens are blocked: counted and listed by their owners, of whom there are few.
create index users_deactivated on users (tenant_id, id) where deactivated_at is not null;
