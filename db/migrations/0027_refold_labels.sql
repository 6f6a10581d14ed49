-- Where folding gives what lower case gave, which is nearly everywhere, nothing is written.
update credentials set owner_label = canonical_email || ' ' || folded_name
from users where users.id = owner_user_id and owner_label <> canonical_email || ' ' || folded_name;

update credential_search set text = fold_text(name) || E'\n' || owner_label
from credentials where id = credential_id and text <> fold_text(name) || E'\n' || owner_label;

-- The words of a row are what they were unless it has more than ASCII, or the database takes another letter for a small I. Only
-- the months that have such rows get their index anew: a log of many million rows would keep a start waiting for long.
do $$
declare
  month regclass;
  words regclass;
  differs boolean;
begin
  set local maintenance_work_mem = '256MB';
  for month, words in
    select i.indrelid, i.indexrelid from pg_index i join pg_inherits h on h.inhrelid = i.indexrelid
    where h.inhparent = 'audit_events_words'::regclass
  loop
    execute format('select exists (select from %s
      where octet_length(concat(actor_label, resource_label)) <> length(concat(actor_label, resource_label)))', month)
      into differs;
    if differs or lower('I') <> 'i' then execute format('reindex index %s', words); end if;
  end loop;
end $$;
