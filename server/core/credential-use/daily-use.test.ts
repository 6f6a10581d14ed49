import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pruneDailyUse } from '#server/core/credential-use/daily-use.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';

const proxied = { settings: { KEYWARD_TRUSTED_PROXIES: '127.0.0.1' } };

interface Row {
  day: string;
  address: string | null;
  endpoint: string | null;
  count: number;
  refused: number;
}
const storedUse = (desk: Desk) =>
  desk.sql<Row>(
    `select day::text, host(address) as address, endpoint, count::int, refused::int from credential_use
     order by day, address nulls last, endpoint`,
  );

test('a day’s uses are counted by address and endpoint, the path as its route names it, refusals apart', async () => {
  await using desk = await openDesk(proxied);
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  const use = (call: string, address: string) =>
    desk.send(call, { token, headers: { 'X-Forwarded-For': address } });
  await use(`GET /api/v1/tokens/${credential.id}`, '203.0.113.7');
  await use(`GET /api/v1/tokens/${credential.id}`, '203.0.113.7');
  await use('GET /trpc/tokens.list?input=%7B%7D', '203.0.113.7');
  await use('GET /trpc/tokens.list,sessions.me?batch=1&input=%7B%7D', '203.0.113.7');
  await use('GET /tokens', '198.51.100.4');
  await desk.ada.revokeToken(credential.id);
  await use('GET /api/v1/me', '198.51.100.4');
  await desk.settle();
  const day = desk.clock.now().toISOString().slice(0, 10);
  const row = (address: string, endpoint: string, count: number, refused = 0) => ({
    day,
    address,
    endpoint,
    count,
    refused,
  });
  assert.deepEqual(await storedUse(desk), [
    row('198.51.100.4', 'GET /api/v1/me', 0, 1),
    row('198.51.100.4', 'GET a page', 1),
    row('203.0.113.7', '/trpc/tokens.list', 1),
    row('203.0.113.7', '/trpc/…', 1),
    row('203.0.113.7', 'GET /api/v1/tokens/{id}', 2),
  ]);
});

test('a token’s view says how often it was used on each of the last 30 days, oldest first', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'ci', expiresInDays: 365 });
  const { credential: other } = await desk.ada.createToken({ name: 'other' });
  const days: number[] = [];
  for (const uses of [5, 0, 2, 1]) {
    for (let i = 0; i < uses; i++) await desk.send('GET /api/v1/me', { token });
    await desk.settle();
    desk.clock.advance({ days: 1 });
    days.push(uses);
  }
  const [ci, unused] = await Promise.all(
    [credential, other].map(async ({ id }) => (await viewOf(desk, id))['useByDay'] as unknown as number[]),
  );
  assert.deepEqual(ci, [...Array<number>(25).fill(0), ...days, 0]);
  assert.deepEqual(unused, Array<number>(30).fill(0));
  desk.clock.advance({ days: 27 });
  assert.deepEqual((await viewOf(desk, credential.id))['useByDay'], [2, 1, ...Array<number>(28).fill(0)]);
});

/** A session does not live for as many days as the clock is moved here, so it is signed in anew. */
async function viewOf(desk: Desk, id: string) {
  await desk.sql('update sessions set created_at = $1, last_seen_at = $1', [desk.clock.now()]);
  return (await desk.ada.send(`GET /api/v1/tokens/${id}`)).body;
}

test('a token’s owner sees where it was used from and for what, nobody else does', async () => {
  await using desk = await openDesk(proxied);
  const { token, credential } = await desk.ada.createToken({ name: 'ci' });
  const bob = await desk.join('Bob', 'admin');
  const use = async (address: string) => {
    await desk.send('GET /api/v1/me', { token, headers: { 'X-Forwarded-For': address } });
    await desk.settle();
    desk.clock.advance({ hours: 1 });
  };
  await use('203.0.113.7');
  await use('203.0.113.7');
  const lastOf = (hoursAgo: number) =>
    new Date(desk.clock.now().getTime() - hoursAgo * 3_600_000).toISOString();
  await desk.ada.send(`PATCH /api/v1/tokens/${credential.id}`, { body: { enabled: false } });
  await use('198.51.100.4');
  const path = `GET /api/v1/tokens/${credential.id}/places`;
  const endpoint = 'GET /api/v1/me';
  assert.deepEqual((await desk.ada.send(path)).body, {
    items: [
      { address: '198.51.100.4', endpoint, count: 0, refused: 1, lastAt: lastOf(1) },
      { address: '203.0.113.7', endpoint, count: 2, refused: 0, lastAt: lastOf(2) },
    ],
  });
  assert.equal((await bob.send(path)).status, 404);
});

test('whoever has very many addresses fills no more than 50 rows a day and one', async () => {
  await using desk = await openDesk(proxied);
  await using other = await desk.another();
  const { token } = await desk.ada.createToken({ name: 'ci' });
  const flood = async (server: Pick<Desk, 'send' | 'runtime'>, part: number) => {
    for (let i = 0; i < 40; i++) {
      const headers = { 'X-Forwarded-For': `2001:db8::${part}:${i}` };
      await server.send('GET /api/v1/me', { token, headers });
    }
    await server.runtime.lastUse.flush();
  };
  await Promise.all([flood(desk, 1), flood(other, 2)]);
  await flood(desk, 3);
  const rows = await storedUse(desk);
  assert.equal(rows.filter((row) => row.address !== null).length, 50);
  const rest = rows.filter((row) => row.address === null);
  assert.deepEqual(
    rest.map(({ endpoint, count }) => ({ endpoint, count })),
    [{ endpoint: null, count: 70 }],
  );
  assert.equal(
    rows.reduce((sum, { count }) => sum + count, 0),
    120,
  );
});

test('an address that was there before the day was full goes on being counted by itself', async () => {
  await using desk = await openDesk(proxied);
  const { token } = await desk.ada.createToken({ name: 'ci' });
  const use = (address: string) =>
    desk.send('GET /api/v1/me', { token, headers: { 'X-Forwarded-For': address } });
  await use('203.0.113.7');
  await desk.settle();
  for (let i = 0; i < 60; i++) await use(`2001:db8::${i}`);
  await desk.settle();
  await use('203.0.113.7');
  await desk.settle();
  const own = (await storedUse(desk)).find((row) => row.address === '203.0.113.7');
  assert.equal(own?.count, 2);
});

test('what is older than 90 days is removed, what is not stays', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'ci', expiresInDays: 365 });
  for (const days of [0, 1]) {
    desk.clock.advance({ days });
    await desk.send('GET /api/v1/me', { token });
    await desk.settle();
  }
  desk.clock.advance({ days: 90 });
  assert.equal(await pruneDailyUse(desk.runtime.db, desk.clock.now()), 1);
  assert.equal(await pruneDailyUse(desk.runtime.db, desk.clock.now()), 0);
  assert.equal((await storedUse(desk)).length, 1);
});
