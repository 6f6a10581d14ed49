-- A user who may create here could make a function that a statement of the owner's finds before PostgreSQL's own. Since 15 only
-- the owner may; a cluster that was upgraded from 14 still allows everyone.
revoke create on schema public from public;
