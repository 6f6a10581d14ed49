import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { writeCursor } from '#server/core/paging/cursor.ts';
import { adminTokenSorts, type AdminTokenPageView } from '#server/credentials/token-triage/schema.ts';
import { sweepTokens } from '#server/credentials/token-triage/sweep-tokens.ts';
import { tokenStatuses, type TokenStatus } from '#server/credentials/tokens/schema.ts';
import { syncOwners } from '#server/credentials/tokens/sync-owners.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';

const day = 86_400_000;

async function list(desk: Desk, query = '', token?: string): Promise<AdminTokenPageView> {
  const asker = token ? { token } : { cookie: desk.ada.cookie };
  const answer = await desk.send(`GET /api/v1/admin/tokens?${query}`, asker);
  assert.equal(answer.status, 200, answer.text);
  return answer.body as unknown as AdminTokenPageView;
}

const names = ({ items }: AdminTokenPageView) => items.map((token) => token.name);

/** One that another tenant was given. */
const cursorOf = (scope: string) =>
  writeCursor(
    { name: 'admin-tokens', scope, sort: 'createdAt', order: 'desc', key: 'timestamptz' },
    { key: 'infinity', id: scope },
  );

interface Sample {
  expiresIn: number | null;
  enabled: boolean;
  revoked: boolean;
  /** Days ago; null: never. */
  used: number | null;
}

/** Tokens of several people, written past the doors so that they have a past. */
async function addTokens(desk: Desk, samples: Sample[]): Promise<void> {
  const owners = [desk.ada, await desk.join('Bob', 'member'), await desk.join('Carol', 'viewer')];
  const now = desk.clock.now().getTime();
  const at = (days: number | null) => (days === null ? null : new Date(now + days * day));
  for (const [index, sample] of samples.entries()) {
    const [{ id } = { id: '' }] = await desk.sql<{ id: string }>(
      `insert into credentials (id, tenant_id, kind, owner_user_id, name, permissions, enabled, created_at, expires_at,
         revoked_at)
       select gen_random_uuid(), tenant_id, 'pat', id, $2, array['*'], $3, $4, $5, $6 from users where id = $1
       returning id`,
      [
        owners[index % 3]?.id,
        `${['deploy', 'Laptop', 'ci_100%'][index % 3]} ${index}`,
        sample.enabled,
        at(-200 - (index % 7)),
        at(sample.expiresIn),
        sample.revoked ? at(-1) : null,
      ],
    );
    await desk.sql('update credential_last_use set last_used_at = $2 where credential_id = $1', [
      id,
      at(sample.used === null ? null : -sample.used),
    ]);
    await desk.sql(
      `insert into secrets (hash, credential_id, prefix, epoch, state, created_at) values (sha256($1), $2, $3, 1, 'current', now())`,
      [id, id, `kw_pat_${String(index).padStart(8, 'x')}`],
    );
  }
}

const sample = fc.record({
  expiresIn: fc.constantFrom(null, -40, -3, -0.001, 0, 0.001, 3, 6.999, 7, 7.001, 20, 60),
  enabled: fc.boolean(),
  revoked: fc.boolean(),
  used: fc.constantFrom(null, 0.1, 0.99, 3, 20, 60, 120),
});

/** Every page of a list, by pages of a size. */
async function walkThrough(desk: Desk, query: string, limit: number): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: AdminTokenPageView = await list(
      desk,
      `${query}&limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`,
    );
    seen.push(...names(page));
    cursor = page.nextCursor;
  } while (cursor);
  return seen;
}

async function assertCounts(desk: Desk, token: string): Promise<void> {
  const { counts } = await list(desk, '', token);
  const now = desk.clock.now();
  const week = new Date(now.getTime() + 7 * day);
  const [plain] = await desk.sql<Record<TokenStatus | 'total', number>>(
    `select count(*)::int as total,
       count(*) filter (where revoked_at is not null)::int as revoked,
       count(*) filter (where revoked_at is null and expires_at <= $1)::int as expired,
       count(*) filter (where revoked_at is null and (expires_at > $1) is not false and not enabled)::int as disabled,
       count(*) filter (where revoked_at is null and (expires_at > $1) is not false and enabled and blocked)::int as blocked,
       count(*) filter (where revoked_at is null and expires_at > $1 and expires_at <= $2 and enabled and not blocked)::int as expiring,
       count(*) filter (where revoked_at is null and (expires_at > $2) is not false and enabled and not blocked)::int as active
     from (select c.*, u.deactivated_at is not null as blocked from credentials c join users u on u.id = owner_user_id) tokens`,
    [now, week],
  );
  assert.deepEqual(counts, { ...plain });
}

test('whatever tokens there are and whenever they were swept, counts and filters are those of a plain count', async () => {
  await using desk = await openDesk();
  const samples = fc.sample(sample, { numRuns: 90, seed: 7 });
  await addTokens(desk, samples);
  // Sessions end while the clock moves on.
  const { token } = await desk.ada.createToken({ name: 'watch', expiresInDays: null });
  for (const change of 'none sweep off age sweep switch age on age revoke sweep'.split(' ')) {
    const left = `update users set deactivated_at = case when ${change === 'off'} then now() end where name = 'Bob'`;
    if (change === 'off' || change === 'on') await desk.sql(left);
    if (change === 'sweep') await sweepTokens(desk.runtime.db, desk.clock.now());
    if (change === 'age') desk.clock.advance({ days: 4 });
    if (change === 'switch')
      await desk.sql("update credentials set enabled = not enabled where name like '%1'");
    if (change === 'revoke')
      await desk.sql("update credentials set revoked_at = now() where revoked_at is null and name like '%2'");
    await assertCounts(desk, token);
    const { counts } = await list(desk, '', token);
    for (const status of tokenStatuses) {
      const found = await list(desk, `status=${status}&limit=200`, token);
      assert.equal(found.items.length, counts[status], `${status} after ${change}`);
      assert.ok(found.items.every((token) => token.status === status));
    }
  }
});

test('pages of any size, in any order, of any status hold every token once', async () => {
  await using desk = await openDesk();
  await addTokens(desk, fc.sample(sample, { numRuns: 40, seed: 3 }));
  for (const swept of [false, true]) {
    if (swept) await sweepTokens(desk.runtime.db, desk.clock.now());
    for (const sort of adminTokenSorts) {
      for (const order of ['asc', 'desc']) {
        const whole = names(await list(desk, `sort=${sort}&order=${order}&limit=200`));
        assert.equal(whole.length, 40);
        assert.deepEqual(
          await walkThrough(desk, `sort=${sort}&order=${order}`, 7),
          whole,
          `${sort} ${order}`,
        );
        const other = names(
          await list(desk, `sort=${sort}&order=${order === 'asc' ? 'desc' : 'asc'}&limit=200`),
        );
        assert.deepEqual(other.toReversed(), whole);
        const expired = names(await list(desk, `sort=${sort}&order=${order}&status=expired&limit=200`));
        assert.deepEqual(await walkThrough(desk, `sort=${sort}&order=${order}&status=expired`, 3), expired);
      }
    }
  }
});

test('an order puts first what it says', async () => {
  await using desk = await openDesk();
  await addTokens(desk, fc.sample(sample, { numRuns: 30, seed: 5 }));
  const first = async (query: string) => (await list(desk, query)).items;
  const used = (await first('sort=lastUsedAt&limit=200')).map((token) => token.lastUsedAt ?? '');
  assert.deepEqual(used, used.toSorted().toReversed());
  const owners = (await first('sort=owner&order=asc&limit=200')).map((token) => token.owner.email);
  assert.deepEqual(owners, owners.toSorted());
  const ends = (await first('sort=expiresAt&order=asc&limit=200')).map((token) => token.expiresAt ?? '9');
  assert.deepEqual(ends, ends.toSorted());
});

test('the windows of last use hold what was used then', async () => {
  await using desk = await openDesk();
  const base = { expiresIn: null, enabled: true, revoked: false };
  const ages = [null, 0.5, 3, 20, 60, 120];
  await addTokens(
    desk,
    ages.map((used) => ({ ...base, used })),
  );
  const expected = { never: 1, '24h': 1, '7d': 2, '30d': 3, '90d%2B': 1, '90d+': 1 };
  for (const [window, count] of Object.entries(expected)) {
    for (const sort of ['lastUsedAt', 'name']) {
      assert.equal(
        (await list(desk, `lastUsed=${window}&sort=${sort}`)).items.length,
        count,
        `${window} ${sort}`,
      );
    }
  }
});

test('a search finds names, owners and the start of a prefix, and takes % and _ as they are', async () => {
  await using desk = await openDesk();
  await addTokens(
    desk,
    Array.from({ length: 6 }, () => ({ expiresIn: null, enabled: true, revoked: false, used: 1 })),
  );
  const found = async (search: string) =>
    names(await list(desk, `sort=name&order=asc&search=${encodeURIComponent(search)}`));
  for (const indexed of [true, false]) {
    if (!indexed) await desk.sql('drop index credential_search_text');
    assert.deepEqual(await found('LAPTOP'), ['Laptop 1', 'Laptop 4']);
    assert.deepEqual(await found('bob@exam'), ['Laptop 1', 'Laptop 4']);
    assert.deepEqual(await found('_100%'), ['ci_100% 2', 'ci_100% 5']);
    assert.deepEqual(await found('i%2'), []);
    assert.deepEqual(await found('y 3'), ['deploy 3']);
    assert.deepEqual(await found('3'), ['deploy 3']);
    assert.deepEqual(await found('kw_pat_xxxxxxx4'), ['Laptop 4']);
    assert.deepEqual(await found("'; drop table users; --"), []);
  }
  const carol =
    (await desk.sql<{ id: string }>("select id from users where email = 'carol@example.com'"))[0]?.id ?? '';
  assert.equal((await list(desk, 'user=Carol@example.com')).items.length, 2);
  assert.equal((await list(desk, `user=${carol}&search=100%25%205`)).items.length, 1);
  assert.equal((await list(desk, 'user=nobody@example.com')).items.length, 0);
});

test('who changes address or name is found by the new one, and only by it', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  await bob.createToken({ name: 'laptop' });
  await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, {
    body: { name: 'Robert', email: 'rob@example.com' },
  });
  await desk.runJobs();
  assert.deepEqual(names(await list(desk, 'search=rob@')), ['laptop']);
  assert.deepEqual(names(await list(desk, 'search=bob@')), []);
  await desk.sql("update users set email = 'robert@example.com' where id = $1", [bob.id]);
  await syncOwners(desk.runtime);
  assert.deepEqual(names(await list(desk, 'search=robert@')), ['laptop']);
});

test('a filter that few pass is looked for a bounded way at a time, and nothing is missed', async () => {
  await using desk = await openDesk();
  await desk.sql(
    `insert into credentials (id, tenant_id, kind, owner_user_id, name, permissions, created_at)
     select gen_random_uuid(), u.tenant_id, 'pat', u.id, case when n % 3000 = 0 then 'zz ' else 'a ' end || n, array['*'],
       now() - n * interval '1 minute'
     from users u, generate_series(1, 12000) as n`,
  );
  await desk.sql(
    `insert into secrets (hash, credential_id, prefix, epoch, state, created_at)
     select sha256(id::text::bytea), id, 'kw_pat_aaaaaaaa', 1, 'current', now() from credentials`,
  );
  const first = await list(desk, 'search=zz&limit=5');
  assert.ok(first.items.length < 4);
  assert.notEqual(first.nextCursor, null);
  assert.deepEqual(await walkThrough(desk, 'search=zz', 5), ['zz 3000', 'zz 6000', 'zz 9000', 'zz 12000']);
});

test('a cursor of another order, of another tenant, or of none is refused', async () => {
  await using desk = await openDesk();
  await addTokens(
    desk,
    Array.from({ length: 3 }, () => ({ expiresIn: 5, enabled: true, revoked: false, used: 1 })),
  );
  const { nextCursor } = await list(desk, 'sort=name&limit=1');
  const ofOthers = cursorOf(desk.ada.id);
  for (const query of [
    `sort=createdAt&cursor=${nextCursor}`,
    `sort=name&order=asc&cursor=${nextCursor}`,
    `cursor=${ofOthers}`,
    `cursor=${desk.ada.id}`,
    'cursor=x',
    'cursor=W10',
    'limit=0',
    'limit=201',
    'status=dead',
    'lastUsed=1h',
    'kind=spoon',
    'foo=1',
  ]) {
    assert.equal((await desk.ada.send(`GET /api/v1/admin/tokens?${query}`)).status, 422, query);
  }
});

test('another tenant’s tokens are in no list, count or search', async () => {
  await using desk = await openDesk();
  await desk.ada.createToken({ name: 'mine' });
  await desk.sql(`insert into tenants (id, slug, name, created_at) values ('019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401', 'other', 'Other', now());
    insert into users (id, tenant_id, email, name, role, created_at)
      values ('019aa8b4-6f00-7cc3-98c5-dc9fd1c5a402', '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401', 'eve@other.example', 'Eve', 'admin', now());
    insert into credentials (id, tenant_id, kind, owner_user_id, name, permissions, created_at)
      values ('019aa8b4-6f00-7cc3-98c5-dc9fd1c5a403', '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401', 'pat', '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a402', 'theirs', array['*'], now());
    insert into secrets (hash, credential_id, prefix, epoch, state, created_at)
      values (sha256('x'), '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a403', 'kw_pat_theirs00', 1, 'current', now())`);
  assert.deepEqual(names(await list(desk)), ['mine']);
  assert.equal((await list(desk)).counts.total, 1);
  for (const query of [
    'search=theirs',
    'search=kw_pat_theirs',
    'user=eve@other.example',
    'user=019aa8b4-6f00-7cc3-98c5-dc9fd1c5a402',
  ])
    assert.deepEqual(names(await list(desk, query)), []);
  const [token] = (await list(desk)).items;
  const cursor = cursorOf('019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401');
  assert.equal((await desk.ada.send(`GET /api/v1/admin/tokens?cursor=${cursor}`)).status, 422);
  const { id, email, name } = desk.ada;
  assert.deepEqual(token?.owner, { id, email, name, active: true });
});
