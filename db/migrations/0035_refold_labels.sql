-- Where folding gives what lower case gave, which is nearly everywhere, nothing is written.
update credentials set owner_label = canonical_email || ' ' || folded_name
from users where users.id = owner_user_id and owner_label <> canonical_email || ' ' || folded_name;

update credential_search set text = fold_text(name) || E'\n' || owner_label
from credentials where id = credential_id and text <> fold_text(name) || E'\n' || owner_label;
