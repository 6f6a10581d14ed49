import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AdminTokenPageView } from '#server/credentials/token-triage/schema.ts';
import { tokenStatuses } from '#server/credentials/tokens/schema.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { expect } from '#server/testing/person.ts';

const list = async ({ ada }: Desk, query: string): Promise<AdminTokenPageView> =>
  expect(200, await ada.send(`GET /api/v1/admin/tokens?${query}`)).body as unknown as AdminTokenPageView;

/** Sixty tokens of two people, of every status, used at different times or never. */
async function addTokens(desk: Desk): Promise<void> {
  await desk.join('Bob', 'member');
  await desk.sql(
    `with made as (
      insert into credentials (id, tenant_id, kind, owner_user_id, name, permissions, created_at, enabled, expires_at, revoked_at)
      select gen_random_uuid(), tenant_id, 'pat', id, (array['deploy', 'Laptop', 'ci'])[1 + n % 3] || ' ' || n, array['*'],
        now() - interval '200 days', n % 4 > 0, now() + (array[null, -3, 3, 30, 90])[1 + n % 5] * interval '1 day',
        case when n % 7 = 0 then now() end
      from users, generate_series(1, 30) n returning id)
    insert into secrets (hash, credential_id, prefix, epoch, state, created_at)
    select sha256(id::text::bytea), id, 'kw_pat_aaaaaaaa', 1, 'current', now() from made`,
  );
  await desk.sql(
    `update credential_last_use set last_used_at = now() - (array[null, 0.1, 3, 20, 60, 120])[1 + nth % 6] * interval '1 day'
     from (select id, row_number() over (order by name, owner_user_id) as nth from credentials) as numbered
     where credential_id = id`,
  );
}

test('what matches is counted by all filters together, and by status ignoring the status filter', async () => {
  await using desk = await openDesk();
  await addTokens(desk);
  for (const indexed of [true, false]) {
    if (!indexed) await desk.sql('drop index credential_search_text');
    for (const others of [
      '',
      'search=laptop',
      'search=ci',
      'user=bob@example.com',
      'lastUsed=30d',
      'lastUsed=never',
    ]) {
      for (const more of ['', '&lastUsed=90d%2B', '&search=1']) {
        // A filter may be given once.
        const isTwice = more !== '' && others.startsWith(more.slice(1, 5));
        const filters = `${others}${isTwice ? '' : more}&limit=200`;
        const { items, matching } = await list(desk, filters);
        assert.deepEqual([matching?.count, matching?.isExact], [items.length, true], filters);
        assert.equal(matching?.byStatus?.total, items.length, filters);
        for (const status of tokenStatuses) {
          const found = await list(desk, `${filters}&status=${status}`);
          assert.equal(found.matching?.count, found.items.length, `${filters} ${status}`);
          assert.deepEqual(found.matching?.byStatus, matching?.byStatus, `${filters} ${status}`);
        }
      }
    }
  }
  const { nextCursor } = await list(desk, 'search=laptop&limit=1');
  assert.equal((await list(desk, `search=laptop&limit=1&cursor=${nextCursor}`)).matching, null);
});

test('beyond 10,000 tokens the count is a bound, and says so', async () => {
  await using desk = await openDesk();
  const add = (count: number) =>
    desk.sql(
      `insert into credentials (id, tenant_id, kind, owner_user_id, name, permissions, created_at)
       select gen_random_uuid(), tenant_id, 'pat', id, 'many ' || gen_random_uuid(), array['*'], now() from users, generate_series(1, $1::int)`,
      [count],
    );
  await add(10_000);
  for (const filter of ['search=many', 'lastUsed=never', 'user=ada@example.com']) {
    const { matching } = await list(desk, `${filter}&limit=1`);
    assert.deepEqual([matching?.count, matching?.isExact], [10_000, true], filter);
  }
  await add(1);
  for (const filter of ['search=many', 'lastUsed=never', 'user=ada@example.com']) {
    const { matching } = await list(desk, `${filter}&limit=1`);
    assert.deepEqual([matching?.isExact, matching?.byStatus], [false, null], filter);
  }
  const { matching } = await list(desk, 'limit=1');
  assert.deepEqual(
    [matching?.count, matching?.isExact],
    [10_001, true],
    'all of them are known without counting',
  );
});

test('another tenant’s tokens are counted by no filter', async () => {
  await using desk = await openDesk();
  await desk.ada.createToken({ name: 'laptop' });
  const [tenant, eve] = ['019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401', '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a402'];
  await desk.sql(`insert into tenants (id, slug, name, created_at) values ('${tenant}', 'other', 'Other', now());
    insert into users (id, tenant_id, email, name, role, created_at) values ('${eve}', '${tenant}', 'eve@other.example', 'Eve', 'admin', now());
    insert into credentials (id, tenant_id, kind, owner_user_id, name, permissions, created_at)
      values (gen_random_uuid(), '${tenant}', 'pat', '${eve}', 'laptop', array['*'], now())`);
  for (const [query, count] of [
    ['', 1],
    ['search=laptop', 1],
    ['search=l', 1],
    ['lastUsed=never', 1],
    ['kind=pat', 1],
    [`user=${eve}`, 0],
  ] as const)
    assert.equal((await list(desk, query)).matching?.count, count, query);
});
