import type { Desk } from '#server/testing/desk.ts';
import type { Person } from '#server/testing/person.ts';

/** Live tokens of a person, straight into the database, more than the API would make: `token 1`, `token 2` … */
export async function addTokensTo({ sql }: Pick<Desk, 'sql'>, owner: Person, count: number): Promise<void> {
  await sql(
    `with made as (
       insert into credentials (id, tenant_id, kind, owner_user_id, name, permissions, created_at)
       select gen_random_uuid(), $1, 'pat', $2, 'token ' || n, array['*'], now() from generate_series(1, $3) n
       returning id
     )
     insert into secrets (hash, credential_id, prefix, epoch, state, created_at)
     select sha256(id::text::bytea), id, 'kw_pat_' || left(md5(id::text), 8), 1, 'current', now() from made`,
    [owner.tenantId, owner.id, count],
  );
}
