-- An identity that signs nobody in until it is linked again, and still holds its place: its subject is this user's, and the
-- user is not found by an e-mail address for another subject. What a restore makes of all of them.
alter table user_identities add column retired_at timestamptz;
