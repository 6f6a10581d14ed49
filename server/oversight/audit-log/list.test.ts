import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { test } from 'node:test';
import type { KeysetPosition } from '#db/keyset.ts';
import { readEvents } from '#server/oversight/audit-log/list.ts';
import type { AuditEventView, AuditPageView } from '#server/oversight/audit-log/schema.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { expect, type Person } from '#server/testing/person.ts';

async function read(person: Person, query: Record<string, string> = {}): Promise<AuditPageView> {
  const answer = await person.send(`GET /api/v1/audit?${new URLSearchParams(query).toString()}`);
  return expect(200, answer).body as unknown as AuditPageView;
}

/** All pages of a list, one after the other. */
async function readAll(person: Person, query: Record<string, string>): Promise<AuditEventView[]> {
  const items: AuditEventView[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: AuditPageView = await read(person, { ...query, ...(cursor && { cursor }) });
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}

const people = { bob: randomUUIDv7(), eve: randomUUIDv7() };
const tokens = { ci: randomUUIDv7(), laptop: randomUUIDv7() };

/** Rows of many kinds over many months, beyond those that the desk itself makes. */
async function fill(desk: Desk): Promise<void> {
  await desk.sql(
    `insert into audit_events
      (time, tenant_id, actor_kind, actor_id, actor_label, action, resource_type, resource_id, resource_label, outcome, code, address, credential_id)
     select date_trunc('milliseconds', now()) - n * interval '7 hours', $1, 'user',
       case when n % 3 = 0 then $2::uuid else $3::uuid end, case when n % 3 = 0 then 'bob@example.com' else 'eve@example.com' end,
       (array['token.create', 'token.revoke', 'user.update'])[n % 3 + 1], 'token',
       case when n % 5 = 0 then $4::uuid else $5::uuid end, case when n % 5 = 0 then 'ci_runner' else 'Laptop (work)' end,
       case when n % 7 = 0 then 'denied' else 'ok' end, case when n % 7 = 0 then 'permission_denied' end,
       case when n % 11 = 0 then '2001:db8::7'::inet else '203.0.113.7'::inet end, case when n % 13 = 0 then $4::uuid end
     from generate_series(1, 700) n`,
    [desk.runtime.defaultTenantId, people.bob, people.eve, tokens.ci, tokens.laptop],
  );
}

const count = (fits: (n: number) => boolean) =>
  Array.from({ length: 700 }, (_, i) => i + 1).filter(fits).length;

const filters: [name: string, query: Record<string, string>, expected: number][] = [
  ['a person', { actor: people.bob }, count((n) => n % 3 === 0)],
  ['an action', { action: 'user.update' }, count((n) => n % 3 === 2)],
  ['the beginning of actions', { action: 'token.*', to: '2999-01-01T00:00:00Z' }, count((n) => n % 3 !== 2)],
  ['a thing', { resource: tokens.ci }, count((n) => n % 5 === 0)],
  ['a credential', { credential: tokens.ci }, count((n) => n % 13 === 0)],
  ['an outcome', { outcome: 'denied' }, count((n) => n % 7 === 0)],
  ['a person and an outcome', { actor: people.bob, outcome: 'denied' }, count((n) => n % 21 === 0)],
  ['actions of a person', { actor: people.eve, action: 'token.*' }, count((n) => n % 3 === 1)],
  [
    'the good ones of a thing',
    { resource: tokens.ci, outcome: 'ok' },
    count((n) => n % 5 === 0 && n % 7 !== 0),
  ],
  ['a name', { search: 'bob' }, count((n) => n % 3 === 0)],
  ['the beginning of a word within a name', { search: 'RUN' }, count((n) => n % 5 === 0)],
  ['two words', { search: 'eve wor' }, count((n) => n % 3 !== 0 && n % 5 !== 0)],
  ['an address', { search: '2001:db8::7' }, count((n) => n % 11 === 0)],
  ['a code', { search: 'permission_denied' }, count((n) => n % 7 === 0)],
  ['an action by its code', { search: 'token.revoke' }, count((n) => n % 3 === 1)],
  [
    'an action by its code, within others',
    { search: 'token.revoke', action: 'token.*', outcome: 'denied' },
    count((n) => n % 3 === 1 && n % 7 === 0),
  ],
  ['an action by its code, among others', { search: 'token.revoke', action: 'user.update' }, 0],
  ['a part of an action', { search: 'token.rev' }, 0],
  ['an id', { search: tokens.ci }, count((n) => n % 5 === 0 || n % 13 === 0)],
  [
    'a word and an outcome',
    { search: 'laptop', outcome: 'denied' },
    count((n) => n % 7 === 0 && n % 5 !== 0),
  ],
  ['a word that is nowhere', { search: 'nobody’s' }, 0],
  ['marks and no word', { search: '%_\'":*' }, 0],
];

test('the log is read by every filter, whole and newest first, however long the pages are', async (t) => {
  await using desk = await openDesk();
  await fill(desk);
  for (const [name, query, expected] of filters) {
    await t.test(name, async () => {
      const items = await readAll(desk.ada, { ...query, limit: '40' });
      assert.equal(items.length, expected);
      assert.deepEqual(new Set(items.map((item) => item.sequence)).size, expected);
      const times = items.map((item) => item.time);
      assert.deepEqual(times, times.toSorted().toReversed());
    });
  }
});

test('what the filters find is counted, up to 1,000 and as far as one look goes', async () => {
  await using desk = await openDesk();
  await fill(desk);
  const matching = async (query: Record<string, string>) =>
    (await read(desk.ada, { limit: '1', ...query })).matching;
  const exactly = (number: number) => ({ count: number, isExact: true });
  assert.deepEqual(await matching({ outcome: 'denied' }), exactly(100));
  const both = { actor: people.bob, action: 'token.*', outcome: 'ok' };
  assert.deepEqual(await matching(both), exactly((await readAll(desk.ada, both)).length));
  assert.deepEqual(await matching({ action: 'token.steal' }), exactly(0));
  assert.deepEqual(await matching({ search: 'bob' }), { count: 1, isExact: false }, 'words are not counted');
  await fill(desk);
  assert.deepEqual(await matching({}), { count: 1_000, isExact: false });
  const { nextCursor } = await read(desk.ada, { limit: '1' });
  assert.equal((await read(desk.ada, { limit: '1', cursor: nextCursor ?? '' })).matching, null);
});

test('from and to hold: from is in, to is not', async () => {
  await using desk = await openDesk();
  await fill(desk);
  const all = await readAll(desk.ada, { search: 'bob', limit: '100' });
  const [newer, older] = [all[20], all[30]];
  assert.ok(newer && older);
  const found = await readAll(desk.ada, { search: 'bob', from: older.time, to: newer.time });
  assert.deepEqual(
    found.map((item) => item.sequence),
    all.slice(21, 31).map((item) => item.sequence),
  );
});

test('a rare combination comes piece by piece, and whole', async () => {
  await using desk = await openDesk();
  await desk.sql(
    `insert into audit_events (time, tenant_id, actor_kind, actor_id, actor_label, action, outcome)
     select now() - n * interval '1 second', $1, 'user', $2, 'bob@example.com',
       case when n = 25000 then 'user.delete' else 'token.create' end, 'ok' from generate_series(1, 25000) n`,
    [desk.runtime.defaultTenantId, people.bob],
  );
  const query = { actor: people.bob, action: 'user.*' };
  const first = await read(desk.ada, query);
  assert.deepEqual(first.items, []);
  assert.ok(first.nextCursor);
  assert.deepEqual(
    (await readAll(desk.ada, query)).map((item) => item.action),
    ['user.delete'],
  );
});

test('a search for what is rare ends a page in time, and the next ones go on to the end', async () => {
  await using desk = await openDesk();
  for (const month of [2, 3, 4, 5, 6, 7, 8])
    await desk.sql(`select make_audit_month((date_trunc('month', now()) - $1 * interval '1 month')::date)`, [
      month,
    ]);
  await desk.sql(
    `insert into audit_events (time, tenant_id, actor_kind, actor_label, action, outcome)
     select now() - n * interval '20 minutes', $1, 'system', case when n % 1700 = 0 then 'rare' else 'usual' end, 'token.create', 'ok'
     from generate_series(1, 17000) n`,
    [desk.runtime.defaultTenantId],
  );
  const found: number[] = [];
  const query = { tenantId: desk.runtime.defaultTenantId, filter: { search: 'rare' }, limit: 3 };
  let before: KeysetPosition | undefined;
  do {
    const page = await readEvents(desk.runtime.db, { ...query, before });
    found.push(...page.rows.map((row) => Number(row.sequence)));
    before = page.next;
  } while (before);
  assert.deepEqual([found.length, new Set(found).size], [10, 10]);
});

test('one row is told by its number, and to nobody else than its tenant', async () => {
  await using desk = await openDesk();
  await fill(desk);
  const [event] = (await read(desk.ada, { limit: '1' })).items;
  assert.ok(event);
  const answer = await desk.ada.send(`GET /api/v1/audit/${event.sequence}`);
  assert.deepEqual(answer.body, event);
  assert.equal((await desk.ada.send('GET /api/v1/audit/999999')).status, 404);
  assert.equal((await desk.ada.send('GET /api/v1/audit/first')).status, 422);
  await desk.sql(`insert into tenants (id, slug, name, created_at) values ($1, 'other', 'Other', now())`, [
    people.bob,
  ]);
  const [other] = await desk.sql<{ sequence: string }>(
    `insert into audit_events (time, tenant_id, actor_kind, actor_label, action, outcome)
     values (now(), $1, 'system', 'x', 'token.create', 'ok') returning sequence`,
    [people.bob],
  );
  assert.equal((await desk.ada.send(`GET /api/v1/audit/${other?.sequence}`)).status, 404);
});

test('another tenant’s rows are not there, whatever is asked for', async () => {
  await using desk = await openDesk();
  const tenant = randomUUIDv7();
  await desk.sql(`insert into tenants (id, slug, name, created_at) values ($1, 'other', 'Other', now())`, [
    tenant,
  ]);
  await desk.sql(
    `insert into audit_events (time, tenant_id, actor_kind, actor_id, actor_label, action, resource_id, credential_id, request_id, outcome)
     values (now(), $1, 'user', $2, 'bob', 'token.steal', $2, $2, $2, 'denied')`,
    [tenant, people.bob],
  );
  const queries = [
    { actor: people.bob },
    { resource: people.bob },
    { credential: people.bob },
    { search: people.bob },
    { search: 'bob' },
    { action: 'token.steal' },
    { outcome: 'denied' },
  ];
  for (const query of queries)
    assert.deepEqual(
      await read(desk.ada, query),
      { items: [], nextCursor: null, matching: { count: 0, isExact: true } },
      JSON.stringify(query),
    );
  const { actions } = (await desk.ada.send('GET /api/v1/audit/actions')).body as unknown as {
    actions: string[];
  };
  assert.ok(!actions.includes('token.steal'));
});

const refused = [
  { actor: 'ada' },
  { action: '*' },
  { action: "token'.x" },
  { from: 'yesterday' },
  { from: '0000-01-01T00:00:00Z' },
  { to: '0000-12-31T23:59:59Z' },
  { cursor: 'x' },
  { limit: '201' },
  { tenantId: people.bob },
];
test('a filter that means nothing is refused', async () => {
  await using desk = await openDesk();
  for (const query of refused) {
    const answer = await desk.ada.send(`GET /api/v1/audit?${new URLSearchParams(query).toString()}`);
    assert.equal(answer.problem?.code, 'validation_failed', JSON.stringify(query));
  }
});

test('who looked at the log, and by which filter, is in it: once in ten minutes', async () => {
  await using desk = await openDesk();
  for (let time = 0; time < 3; time++) await read(desk.ada, { search: 'bob' });
  await read(desk.ada);
  await desk.settle();
  const views = await readAll(desk.ada, { action: 'audit.view' });
  assert.deepEqual(
    // That they are read here is one more, if it is written in time.
    views.slice(-2).map((view) => view.detail),
    [{ filter: {} }, { filter: { search: 'bob' } }],
  );
  assert.equal(views[0]?.actor.label, desk.ada.email);
  desk.clock.advance({ minutes: 11 });
  await read(desk.ada, { search: 'bob' });
  await desk.settle();
  const again = await desk.sql(
    `select from audit_events where action = 'audit.view' and detail->'filter'->>'search' = 'bob'`,
  );
  assert.equal(again.length, 2);
});
