import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenStatus } from '#server/credentials/tokens/rules.ts';
import { tokenStatuses, type TokenPageView } from '#server/credentials/tokens/schema.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';

async function list(desk: Desk, query = ''): Promise<TokenPageView> {
  const answer = await desk.ada.send(`GET /api/v1/tokens?${query}`);
  assert.equal(answer.status, 200, answer.text);
  return answer.body as unknown as TokenPageView;
}

const names = (page: TokenPageView) => page.items.map((token) => token.name);

/** One token of each status, made at different moments. */
async function openFilledDesk(): Promise<Desk> {
  const desk = await openDesk();
  const { ada, clock } = desk;
  await ada.createToken({ name: 'short', expiresInDays: 1 });
  clock.advance({ hours: 1 });
  const revoked = await ada.createToken({ name: 'gone' });
  await ada.revokeToken(revoked.credential.id);
  clock.advance({ hours: 1 });
  const disabled = await ada.createToken({ name: 'off', expiresInDays: null });
  await ada.send(`PATCH /api/v1/tokens/${disabled.credential.id}`, { body: { enabled: false } });
  clock.advance({ hours: 1 });
  await ada.createToken({ name: 'soon', expiresInDays: 7 });
  clock.advance({ hours: 1 });
  await ada.createToken({ name: 'Live_100%', expiresInDays: 30 });
  await desk.settle();
  clock.advance({ hours: 20 });
  return desk;
}

test('every token is listed, newest first, the ended ones too, with counts of all', async () => {
  await using desk = await openFilledDesk();
  const page = await list(desk);
  assert.deepEqual(names(page), ['Live_100%', 'soon', 'off', 'gone', 'short']);
  assert.deepEqual(page.counts, {
    total: 5,
    active: 1,
    expiring: 1,
    blocked: 0,
    expired: 1,
    disabled: 1,
    revoked: 1,
  });
  assert.equal(page.nextCursor, null);
});

test('a filter by status finds exactly the tokens of that status, and the counts stay those of all', async () => {
  await using desk = await openFilledDesk();
  const expected = {
    active: 'Live_100%',
    expiring: 'soon',
    blocked: undefined,
    expired: 'short',
    disabled: 'off',
    revoked: 'gone',
  };
  for (const status of tokenStatuses) {
    const page = await list(desk, `status=${status}`);
    assert.deepEqual(names(page), [expected[status]].filter(Boolean));
    assert.ok(page.items.every((item) => item.status === status));
    assert.equal(page.counts.total, 5);
  }
});

test('what matches is counted by status and search together, on the first page only', async () => {
  await using desk = await openFilledDesk();
  await desk.ada.confirm();
  await desk.ada.createToken({ name: 'soon too', expiresInDays: 3 });
  await desk.ada.createToken({ name: 'sooner' });
  const byStatus = { total: 3, active: 1, expiring: 2, blocked: 0, expired: 0, disabled: 0, revoked: 0 };
  for (const [status, count] of [
    ['', 3],
    ['expiring', 2],
    ['active', 1],
    ['revoked', 0],
  ] as const) {
    const page = await list(desk, `search=SOON${status && `&status=${status}`}&limit=1`);
    assert.deepEqual(page.matching, { count, isExact: true, byStatus }, status);
    assert.equal(page.counts.total, 7);
  }
  const { nextCursor } = await list(desk, 'search=soon&limit=1');
  assert.equal((await list(desk, `search=soon&limit=1&cursor=${nextCursor}`)).matching, null);
});

test('the status that SQL filters by is the status that the rule gives', async () => {
  await using desk = await openDesk();
  const now = desk.clock.now();
  const week = 7 * 86_400_000;
  const moments = [null, -week, -1, 0, 1, week - 1, week, week + 1];
  for (const [index, ms] of moments.entries()) {
    for (const enabled of [true, false]) {
      for (const revoked of [true, false]) {
        const { credential } = await desk.ada.createToken({ name: `${index} ${enabled} ${revoked}` });
        const expiresAt = ms === null ? null : new Date(now.getTime() + ms);
        await desk.sql(
          'update credentials set created_at = $2, expires_at = $3, enabled = $4, revoked_at = $5 where id = $1',
          [credential.id, new Date(now.getTime() - 2 * week), expiresAt, enabled, revoked ? now : null],
        );
      }
    }
  }
  let filtered = 0;
  for (const status of tokenStatuses) {
    const page = await list(desk, `status=${status}&limit=200`);
    assert.equal(page.items.length, page.counts[status]);
    filtered += page.items.length;
    for (const { enabled, expiresAt, revokedAt } of page.items) {
      const state = {
        enabled,
        isBlocked: false,
        expiresAt: expiresAt ? new Date(expiresAt) : null,
        revokedAt: revokedAt ? new Date(revokedAt) : null,
      };
      assert.equal(tokenStatus(state, now), status);
    }
  }
  assert.equal(filtered, moments.length * 4);
});

test('a search finds part of a name in any case and the start of a prefix, and takes % and _ as they are', async () => {
  await using desk = await openFilledDesk();
  assert.deepEqual(names(await list(desk, 'search=LIVE')), ['Live_100%']);
  assert.deepEqual(names(await list(desk, 'search=0%25')), ['Live_100%']);
  assert.deepEqual(names(await list(desk, 'search=%25o')), []);
  assert.deepEqual(names(await list(desk, 'search=s__rt')), []);
  const [{ prefix } = { prefix: '' }] = (await list(desk, 'search=soon')).items;
  assert.deepEqual(names(await list(desk, `search=${prefix}`)), ['soon']);
  assert.deepEqual(names(await list(desk, "search='; drop table users; --")), []);
});

const sorts: [string, string[]][] = [
  ['sort=createdAt&order=asc', ['short', 'gone', 'off', 'soon', 'Live_100%']],
  ['sort=name&order=asc', ['gone', 'Live_100%', 'off', 'short', 'soon']],
  ['sort=name&order=desc', ['soon', 'short', 'off', 'Live_100%', 'gone']],
  ['sort=expiresAt&order=asc', ['short', 'soon', 'Live_100%', 'gone', 'off']],
  ['sort=expiresAt&order=desc', ['off', 'gone', 'Live_100%', 'soon', 'short']],
];
test('pages of any size and in any order hold every token once', async () => {
  await using desk = await openFilledDesk();
  for (const [query, expected] of sorts) {
    for (const limit of [1, 2, 3, 5]) {
      const seen: string[] = [];
      let cursor = '';
      do {
        const page = await list(desk, `${query}&limit=${limit}${cursor && `&cursor=${cursor}`}`);
        seen.push(...names(page));
        cursor = page.nextCursor ?? '';
      } while (cursor);
      assert.deepEqual(seen, expected, `${query} by ${limit}`);
    }
  }
});

test('a cursor of somebody else’s list, or of none, is refused', async () => {
  await using desk = await openFilledDesk();
  const bob = await desk.join('Bob', 'member');
  const { items } = await list(desk);
  const refused = await bob.send(`GET /api/v1/tokens?cursor=${items[0]?.id}`);
  assert.equal(refused.status, 422);
  for (const query of [
    'cursor=x',
    'limit=0',
    'limit=201',
    'limit=x',
    'sort=owner',
    'status=dead',
    'foo=1',
    'limit=1&limit=2',
  ]) {
    assert.equal((await desk.ada.send(`GET /api/v1/tokens?${query}`)).status, 422, query);
  }
});

test('nobody’s list holds another person’s tokens', async () => {
  await using desk = await openFilledDesk();
  const bob = await desk.join('Bob', 'admin');
  assert.deepEqual((await bob.send('GET /api/v1/tokens')).body['items'], []);
});
