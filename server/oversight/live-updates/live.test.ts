import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDesk, type EmptyDesk } from '#server/testing/desk.ts';
import { openFaultProxy } from '#server/testing/fault-proxy.ts';
import { addServer } from '#server/testing/mcp/add-server.ts';
import { openToolServer } from '#server/testing/mcp/tool-server.ts';
import type { Person } from '#server/testing/person.ts';
import { openStream, type Stream } from '#server/testing/stream.ts';

test('whoever watches hears what changes, on whichever server it was changed', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  await using stream = await openStream(other.origin, desk.ada);
  assert.deepEqual(await stream.next(), []);
  await desk.ada.createToken({ name: 'laptop' });
  assert.deepEqual(await stream.next(), ['token']);
});

test('a change that is rolled back is not heard of', async () => {
  await using desk = await openDesk();
  await using stream = await openStream(desk.origin, desk.ada);
  await stream.next();
  await desk.ada.createToken({ name: 'laptop' });
  await stream.next();
  await desk.ada.send('POST /api/v1/tokens', { body: { name: 'laptop' } });
  await desk.ada.send('POST /api/v1/users/019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401/activate', { body: {} });
  assert.equal(await stream.next(700), null);
});

test('a member hears of what is theirs, and of nothing else', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  await using stream = await openStream(desk.origin, bob);
  assert.deepEqual(await stream.next(), []);
  await desk.ada.createToken({ name: 'hers' });
  assert.equal(await stream.next(700), null);
  await bob.createToken({ name: 'his' });
  assert.deepEqual(await stream.next(), ['token']);
});

/** Until none comes for a while. */
async function allTopicsOf(stream: Stream): Promise<string[]> {
  const topics = await stream.next(1_000);
  return topics ? [...topics, ...(await allTopicsOf(stream))] : [];
}

test('a manager hears of keys that another made, and a member does not', async () => {
  await using desk = await openDesk();
  await using ofMember = await openStream(desk.origin, await desk.join('Max', 'member'));
  await using ofManager = await openStream(desk.origin, await desk.join('Mia', 'manager'));
  await desk.ada.send('POST /api/v1/api-keys', { body: { name: 'billing', permissions: ['mcp:call'] } });
  const [member, manager] = await Promise.all([allTopicsOf(ofMember), allTopicsOf(ofManager)]);
  assert.ok(manager.includes('key'));
  assert.ok(!member.includes('key'));
});

test('a member hears that a tool server changed, and a viewer, who calls no tools, does not', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_UPSTREAM_ALLOW: '127.0.0.1/32' } });
  await using upstream = await openToolServer();
  await using ofViewer = await openStream(desk.origin, await desk.join('Vera', 'viewer'));
  await using ofMember = await openStream(desk.origin, await desk.join('Max', 'member'));
  await addServer(desk.ada, { alias: 'x', url: upstream.url });
  const [viewer, member] = await Promise.all([allTopicsOf(ofViewer), allTopicsOf(ofMember)]);
  assert.ok(member.includes('mcp_server'));
  assert.ok(!viewer.includes('mcp_server'));
});

test('what changed a moment before a stream began is heard as it begins, by those it concerns', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  await desk.runtime.hub.listen();
  await desk.ada.createToken({ name: 'hers' });
  await using hers = await openStream(desk.origin, desk.ada);
  assert.deepEqual([await hers.next(), await hers.next()], [[], ['token']]);
  await using his = await openStream(desk.origin, bob);
  assert.deepEqual([await his.next(), await his.next(700)], [[], null]);
});

test('nothing is heard across tenants', async () => {
  await using desk = await openDesk();
  await using stream = await openStream(desk.origin, desk.ada);
  await stream.next();
  await desk.sql(
    `with t as (insert into tenants (id, slug, name, created_at) values (gen_random_uuid(), 'other', 'Other', now()) returning id)
     insert into audit_events (time, tenant_id, actor_kind, actor_label, action, outcome) select now(), id, 'system', 'x', 'token.create', 'ok' from t`,
  );
  assert.equal(await stream.next(700), null);
});

test('nobody watches without being somebody', async () => {
  await using desk = await openDesk();
  await using nobody = await openStream(desk.origin, {});
  assert.equal(nobody.status, 401);
  await using unknown = await openStream(desk.origin, { token: 'kw_pat_x' });
  assert.equal(unknown.status, 401);
});

const ends: [what: string, statement: string][] = [
  ['the session is over', 'delete from sessions where user_id = $1'],
  ['the person is deactivated', 'update users set deactivated_at = now() where id = $1'],
  ['the role changes', "update users set role = 'viewer' where id = $1"],
  [
    'the tenant is suspended',
    'update tenants set suspended_at = now() where id = (select tenant_id from users where id = $1)',
  ],
];
for (const [what, statement] of ends) {
  test(`a stream ends at once when ${what}, also by a statement typed into psql`, async () => {
    await using desk = await openDesk();
    const bob = await desk.join('Bob', 'member');
    await using stream = await openStream(desk.origin, bob);
    await using other = await openStream(desk.origin, desk.ada);
    await Promise.all([stream.next(), other.next()]);
    await desk.sql(statement, [bob.id]);
    assert.ok(await stream.ended());
    if (what === 'the tenant is suspended') return;
    await desk.ada.createToken({ name: 'x' });
    assert.deepEqual(await other.next(), ['token']);
  });
}

test('a stream of a token ends when the token is revoked', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  await using stream = await openStream(desk.origin, { token });
  await stream.next();
  await desk.ada.send(`DELETE /api/v1/tokens/${credential.id}`);
  assert.ok(await stream.ended());
});

test('streams begin anew after a time in which the database could not be heard', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  await using his = await openStream(desk.origin, bob);
  await using hers = await openStream(desk.origin, desk.ada);
  await Promise.all([his.next(), hers.next()]);
  // One statement: the connection that listens is gone before the change is told.
  await desk.sql(
    `with gone as (select count(pg_terminate_backend(pid)) from pg_stat_activity
       where datname = current_database() and query ~* '^(listen|notify) ')
     update users set deactivated_at = now() where id = '${bob.id}' and (select count from gone) > 0`,
  );
  assert.ok((await his.ended()) && (await hers.ended()));
  await using refused = await openStream(desk.origin, bob);
  assert.equal(refused.status, 401);
  await using again = await openStream(desk.origin, desk.ada);
  await again.next();
  assert.ok((await again.next())?.includes('user'), 'anything may have changed meanwhile');
  await desk.ada.createToken({ name: 'later' });
  assert.deepEqual(await again.next(), ['token']);
});

test('a server that stops ends its streams and does not wait for them', async () => {
  await using desk = await openDesk();
  const other = await desk.another();
  await using stream = await openStream(other.origin, desk.ada);
  await stream.next();
  await other[Symbol.asyncDispose]();
  assert.ok(await stream.ended());
});

test('an open page keeps no session alive', async () => {
  await using desk = await openDesk();
  desk.clock.advance({ hours: 23 });
  await using stream = await openStream(desk.origin, desk.ada);
  await stream.next();
  await desk.settle();
  desk.clock.advance({ hours: 2 });
  assert.equal((await desk.ada.send('GET /api/v1/me')).status, 401);
});

test('a stream ends when its token expires, and not before', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'short', expiresInDays: 1 });
  await using stream = await openStream(desk.origin, { token });
  await stream.next();
  desk.clock.advance({ hours: 23 });
  assert.equal(await stream.endedWithin(2_500), false);
  desk.clock.advance({ hours: 2 });
  assert.ok(await stream.ended());
});

test('a stream ends when its session is idle for too long, and lives on with one that is used', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  await using his = await openStream(desk.origin, bob);
  await using hers = await openStream(desk.origin, desk.ada);
  await Promise.all([his.next(), hers.next()]);
  desk.clock.advance({ hours: 23 });
  await desk.ada.send('GET /api/v1/me');
  await desk.settle();
  desk.clock.advance({ hours: 2 });
  assert.ok(await his.ended());
  assert.equal(await hers.endedWithin(1_500), false);
});

test('a stream ends with the age of its session, however much it is used', async () => {
  await using desk = await openDesk();
  await using stream = await openStream(desk.origin, desk.ada);
  await stream.next();
  desk.clock.advance({ days: 31 });
  await desk.sql('update sessions set last_seen_at = $1', [desk.clock.now()]);
  assert.ok(await stream.ended());
});

test('a stream of a secret ends with it: rotated without grace, or at the end of grace', async () => {
  await using desk = await openDesk();
  const [gone, kept] = await Promise.all(['gone', 'kept'].map((name) => desk.ada.createToken({ name })));
  assert.ok(gone && kept);
  await using first = await openStream(desk.origin, gone);
  await first.next();
  const rotate = (id: string, graceSeconds: number) =>
    desk.ada.send(`POST /api/v1/tokens/${id}/rotate`, { body: { graceSeconds } });
  assert.equal((await rotate(gone.credential.id, 0)).status, 200);
  assert.ok(await first.ended());
  await using witness = await openStream(desk.origin, desk.ada);
  await witness.next();
  assert.equal((await rotate(kept.credential.id, 3_600)).status, 200);
  // What is opened before the server has heard of the rotation ends by it.
  assert.deepEqual(await witness.next(), ['token']);
  await using inGrace = await openStream(desk.origin, kept);
  await inGrace.next();
  assert.equal(await inGrace.endedWithin(2_500), false);
  desk.clock.advance({ hours: 1, seconds: 1 });
  assert.ok(await inGrace.ended());
});

test('a stream of a secret ends when its grace is ended early', async () => {
  await using desk = await openDesk();
  const made = await desk.ada.createToken({ name: 'leaked' });
  const path = `POST /api/v1/tokens/${made.credential.id}`;
  await desk.ada.send(`${path}/rotate`, { body: { graceSeconds: 3_600 } });
  await using stream = await openStream(desk.origin, made);
  await stream.next();
  assert.equal((await desk.ada.send(`${path}/end-grace`, { body: {} })).status, 200);
  assert.ok(await stream.ended());
});

test('a person watches twenty times at most, and once more when one of them has ended', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  await using open = new AsyncDisposableStack();
  const streams = await Promise.all(Array.from({ length: 20 }, () => openStream(desk.origin, bob)));
  for (const stream of streams) open.use(stream);
  assert.ok(streams.every((stream) => stream.status === 200));
  // A stream is answered 200 before it counts; it does once it says something.
  for (const stream of streams) await stream.next();
  assert.equal(open.use(await openStream(desk.origin, bob)).status, 429);
  assert.equal(open.use(await openStream(desk.origin, desk.ada)).status, 200);
  await streams[0]?.[Symbol.asyncDispose]();
  const deadline = Date.now() + 5_000;
  let status = 429;
  // The server hears of a reader who went when the connection closes.
  while (status === 429 && Date.now() < deadline) ({ status } = open.use(await openStream(desk.origin, bob)));
  assert.equal(status, 200);
});

/** Asks to watch and goes once `isTime`; resolves when the server has heard of that. */
async function goBeforeItBegins(
  { logged }: Pick<EmptyDesk, 'logged'>,
  origin: string,
  { cookie }: Person,
  isTime: (asked: Promise<unknown>) => Promise<unknown>,
): Promise<void> {
  const leaving = new AbortController();
  const headers = { Accept: 'text/event-stream', Cookie: cookie };
  const asked = fetch(`${origin}/trpc/live.changes`, { signal: leaving.signal, headers });
  await isTime(asked);
  leaving.abort();
  await asked.catch(() => {});
  while (!logged.some((line) => line.includes('live.changes') && line.includes('aborted'))) await sleep(10);
}

async function assertMayWatchTwentyTimes(origin: string, who: Person): Promise<void> {
  await using open = new AsyncDisposableStack();
  for (let n = 0; n < 20; n++) assert.equal(open.use(await openStream(origin, who)).status, 200);
}

test('who goes while it is being looked up who they are does not count as watching', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  await desk.sql('begin; lock table sessions in access exclusive mode');
  await goBeforeItBegins(desk, desk.origin, bob, () => desk.untilBlocked());
  await desk.sql('commit');
  await assertMayWatchTwentyTimes(desk.origin, bob);
});

test('who goes while the server begins to listen does not count as watching', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  await using proxy = await openFaultProxy(desk.databaseSocket);
  await using other = await desk.another({ through: proxy });
  proxy.delay(30);
  await goBeforeItBegins(desk, other.origin, bob, (asked) => asked);
  await proxy.mend();
  await assertMayWatchTwentyTimes(other.origin, bob);
});
