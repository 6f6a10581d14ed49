import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { TokenPageView } from '#server/credentials/tokens/schema.ts';
import { openDesk } from '#server/testing/desk.ts';
import { expect } from '#server/testing/person.ts';

const desk = await openDesk();
after(() => desk[Symbol.asyncDispose]());
const { ada } = desk;

interface PagedPage {
  items: { id: string; name: string }[];
  nextCursor: string | null;
}

const tenantId = desk.runtime.defaultTenantId;
const tokens = {
  insert: `with made as (
      insert into credentials (id, tenant_id, kind, owner_user_id, name, permissions, created_at)
      values ($1::uuid, '${tenantId}', 'pat', '${ada.id}', $1::text, array['*'], now()) returning id)
    insert into secrets (hash, credential_id, prefix, epoch, state, created_at)
    select sha256(id::text::bytea), id, 'kw_pat_aaaaaaaa', 1, 'current', now() from made`,
  clear: ['delete from credential_use', 'delete from secrets', 'delete from credentials'],
};
const users = {
  insert: `insert into users (id, tenant_id, email, name, role, created_at)
    values ($1::uuid, '${tenantId}', $1::text || '@example.com', 'n', 'member', now())`,
  clear: [`delete from users where id <> '${ada.id}'`],
};

/** Of few keys, so that many are the same; the times are a microsecond apart. $1: the row's id, $2: a small number. */
const moment = `timestamptz '2096-11-22 09:30:00.123Z' + $2::int * interval '1 microsecond'`;
const orNull = `case when $2::int % 5 > 0 then ${moment} end`;
const word = `'n ' || (array['', 'a', 'A', 'ä', 'ΟΔΟΣ', 'οδος', 'z', 'Z%', '_\\"'])[1 + $2::int % 9]`;
const moveToken = (set: string) => `update credentials set ${set} where id = $1::uuid`;
const moveUser = (set: string) => `update users set ${set} where id = $1::uuid`;

/** A list, and how rows of it are made and put where they stand. */
type Sample = [path: string, sort: string, rows: { insert: string; clear: string[] }, move: string];
const samples: Sample[] = [
  ...['/api/v1/tokens', '/api/v1/admin/tokens'].flatMap((path): Sample[] => [
    [
      path,
      'lastUsedAt',
      tokens,
      `update credential_last_use set last_used_at = ${orNull} where credential_id = $1::uuid`,
    ],
    [path, 'name', tokens, moveToken(`name = ${word} || ' ' || $1::text`)],
    [path, 'expiresAt', tokens, moveToken(`expires_at = ${orNull}`)],
    [path, 'createdAt', tokens, moveToken(`created_at = ${moment}`)],
  ]),
  ['/api/v1/users', 'name', users, moveUser(`name = ${word}`)],
  ['/api/v1/users', 'lastSignInAt', users, moveUser(`last_sign_in_at = ${orNull}`)],
  ['/api/v1/users', 'createdAt', users, moveUser(`created_at = ${moment}`)],
];

const idOf = (nth: number) => `019aa8b4-6f00-7cc3-98c5-${String(nth).padStart(12, '0')}`;
const key = fc.nat({ max: 20 });
const walk = fc.record({
  keys: fc.array(key, { minLength: 3, maxLength: 14 }),
  order: fc.constantFrom('asc', 'desc'),
  limit: fc.integer({ min: 1, max: 4 }),
  // What happens between two pages: rows move, and new ones come.
  changes: fc.array(
    fc.array(fc.oneof(fc.record({ moved: fc.nat({ max: 13 }), to: key }), fc.record({ added: key })), {
      maxLength: 3,
    }),
    { maxLength: 5 },
  ),
});

for (const [path, sort, { insert, clear }, move] of samples) {
  test(`pages of ${path} by ${sort} hold each row once that stays where it is, while other rows move and arrive`, async () => {
    await fc.assert(
      fc.asyncProperty(walk, async ({ keys, order, limit, changes }) => {
        for (const statement of clear) await desk.sql(statement);
        const add = async (nth: number, its: number) => {
          await desk.sql(insert, [idOf(nth)]);
          await desk.sql(move, [idOf(nth), its]);
        };
        for (const [nth, its] of keys.entries()) await add(nth, its);
        const still = new Set(keys.keys());
        const seen: string[] = [];
        let [cursor, next] = ['', keys.length];
        for (let page = 0; ; page++) {
          const query = `sort=${sort}&order=${order}&limit=${limit}${cursor && `&cursor=${cursor}`}`;
          const { body } = expect(200, await ada.send(`GET ${path}?${query}`));
          const { items, nextCursor } = body as unknown as PagedPage;
          seen.push(...items.map(({ id }) => id));
          if (nextCursor === null) break;
          cursor = nextCursor;
          for (const change of changes[page] ?? []) {
            if ('added' in change) await add(next++, change.added);
            else if (change.moved < keys.length) {
              still.delete(change.moved);
              await desk.sql(move, [idOf(change.moved), change.to]);
            }
          }
        }
        for (const nth of still)
          assert.equal(seen.filter((id) => id === idOf(nth)).length, 1, `${nth} of ${keys.length}`);
      }),
      { numRuns: 8 },
    );
  });
}

test('a token that is used between two pages takes no other out of the list', async () => {
  for (const statement of tokens.clear) await desk.sql(statement);
  const secrets = new Map<string, string>();
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
    secrets.set(name, (await ada.createToken({ name })).token);
  const list = async (more: string) =>
    expect(200, await ada.send(`GET /api/v1/tokens?sort=lastUsedAt&order=asc&limit=2${more}`))
      .body as unknown as TokenPageView;
  const first = await list('');
  const last = first.items.at(-1)?.name ?? '';
  expect(200, await desk.send('GET /api/v1/me', { token: secrets.get(last) ?? '' }));
  await desk.settle();
  const names = first.items.map(({ name }) => name);
  for (let { nextCursor } = first; nextCursor !== null;) {
    const page = await list(`&cursor=${nextCursor}`);
    names.push(...page.items.map(({ name }) => name));
    ({ nextCursor } = page);
  }
  assert.deepEqual(names.slice(0, 7).toSorted(), ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  assert.deepEqual(names.slice(7), [last], 'it is at the end of the list now');
});

test('a made-up cursor, or one of another list, is refused and never fails', async () => {
  for (const path of ['/api/v1/tokens', '/api/v1/admin/tokens', '/api/v1/users', '/api/v1/audit']) {
    const { credential } = await ada.createToken({ name: `for ${path}` });
    await ada.createToken({ name: `and ${path}` });
    const given = expect(200, await ada.send('GET /api/v1/tokens?limit=1&sort=name'))
      .body as unknown as TokenPageView;
    for (const cursor of [
      credential.id,
      'x',
      `${given.nextCursor}`,
      '1795339800000000_48213',
      'A'.repeat(4_001),
    ]) {
      const refused = await ada.send(`GET ${path}?limit=1&cursor=${cursor}`);
      assert.equal(refused.status, 422, `${path} ${cursor}`);
      assert.match(refused.problem?.detail ?? '', /^cursor: .* Start again from the first page\.$/);
    }
  }
});
