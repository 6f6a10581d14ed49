import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeCursor } from '#server/core/paging/cursor.ts';
import type { UserPageView } from '#server/people/users/schema.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { expect } from '#server/testing/person.ts';

const first = ['Ann', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gus', 'Hal', 'Ida', 'Jo'];
const last = ['Abel', 'Baker', 'Curie', 'Dahl', 'Euler', 'Fermi', 'Gauss', 'Hertz', 'Joule', 'Kelvin'];
const roles = ['viewer', 'member', 'manager', 'admin'];

/** A hundred people: of each ten one is switched off and one deleted. */
async function hundred(desk: Desk): Promise<void> {
  for (const [n, name] of first.flatMap((one) => last.map((two) => `${one} ${two}`)).entries()) {
    await desk.sql(
      `insert into users (id, tenant_id, email, name, role, created_at, last_sign_in_at, deactivated_at, deleted_at)
       values (gen_random_uuid(), $1, $2, $3, $4, now() - make_interval(hours => $5), $6, $7, $8)`,
      [
        desk.runtime.defaultTenantId,
        `${name.toLowerCase().replace(' ', '.')}@example.com`,
        name,
        roles[n % 4],
        n,
        n % 3 === 0 ? null : new Date(Date.now() - (n % 7) * 60_000),
        n % 10 === 3 ? new Date() : null,
        n % 10 === 7 ? new Date() : null,
      ],
    );
  }
}

const list = async ({ ada }: Desk, query = ''): Promise<UserPageView> =>
  expect(200, await ada.send(`GET /api/v1/users?${query}`)).body as unknown as UserPageView;

async function listAll(desk: Desk, query: string): Promise<UserPageView['items']> {
  const all: UserPageView['items'] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: UserPageView = await list(desk, `${query}${cursor && `&cursor=${cursor}`}`);
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return all;
}

test('people are listed by name, in pages that hold each of them once, whatever the sort', async (t) => {
  await using desk = await openDesk();
  await hundred(desk);
  for (const sort of ['name', 'email', 'createdAt', 'lastSignInAt']) {
    for (const order of ['asc', 'desc']) {
      await t.test(`${sort} ${order}`, async () => {
        const all = await listAll(desk, `sort=${sort}&order=${order}&limit=7`);
        assert.equal(all.length, 91);
        assert.equal(new Set(all.map((user) => user.id)).size, 91);
        const whole = await list(desk, `sort=${sort}&order=${order}&limit=200`);
        assert.deepEqual(whole.items, all);
      });
    }
  }
  const names = (await listAll(desk, '')).map((user) => user.name.toLowerCase());
  assert.deepEqual(names, names.toSorted());
});

test('the list is narrowed by status, role and search, and the counts stay those of everyone', async () => {
  await using desk = await openDesk();
  await hundred(desk);
  const counts = { total: 91, active: 81, deactivated: 10, deleted: 10 };
  for (const [query, length] of [
    ['status=active', 81],
    ['status=deactivated', 10],
    ['status=deleted', 10],
    ['role=admin', 21],
    ['search=EULER', 10],
    ['search=ann.&status=active', 8],
    ['search=nobody', 0],
    ['search=%25', 0],
    ['search=_', 0],
  ] as const) {
    const page = await list(desk, `${query}&limit=200`);
    assert.equal(page.items.length, length, query);
    assert.deepEqual(page.counts, counts);
    assert.deepEqual([page.matching?.count, page.matching?.isExact], [length, true], query);
  }
  const admins = await list(desk, 'role=admin&status=deactivated&limit=1');
  const found = async (status: string) =>
    (await list(desk, `role=admin&limit=200&status=${status}`)).items.length;
  assert.deepEqual(admins.matching?.byStatus, {
    total: 21,
    active: await found('active'),
    deactivated: await found('deactivated'),
    deleted: await found('deleted'),
  });
  assert.equal(
    (await list(desk, `limit=1&cursor=${(await list(desk, 'limit=1')).nextCursor}`)).matching,
    null,
  );
});

test('a page holds 200 at most, and a cursor belongs to its own tenant and order', async () => {
  await using desk = await openDesk();
  const [stranger] = await desk.sql<{ id: string; tenantId: string }>(
    `with other as (insert into tenants (id, slug, name, created_at) values (gen_random_uuid(), 'other', 'Other', now()) returning id)
     insert into users (id, tenant_id, email, name, role, created_at)
     select gen_random_uuid(), id, 'mallory@example.com', 'Mallory', 'admin', now() from other returning id, tenant_id as "tenantId"`,
  );
  const ofTheirs = writeCursor(
    { name: 'users', scope: stranger?.tenantId ?? '', sort: 'name', order: 'asc', key: 'text' },
    { key: 'mallory', id: stranger?.id ?? '' },
  );
  for (const query of [
    'limit=201',
    'limit=0',
    `cursor=${stranger?.id}`,
    `cursor=${ofTheirs}`,
    'cursor=x',
    'status=gone',
    'role=root',
  ]) {
    assert.equal((await desk.ada.send(`GET /api/v1/users?${query}`)).status, 422, query);
  }
  assert.deepEqual(
    (await list(desk)).items.map((user) => user.email),
    ['ada@example.com'],
  );
  assert.equal((await desk.ada.send(`GET /api/v1/users/${stranger?.id}`)).status, 404);
  assert.equal((await desk.ada.send(`GET /api/v1/users/${stranger?.id}/sessions`)).status, 404);
});
