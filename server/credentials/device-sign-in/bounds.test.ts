import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { limits } from '#server/core/lockout/rules.ts';
import { textOf } from '#server/testing/caller.ts';
import { openDesk } from '#server/testing/desk.ts';
import { expect } from '#server/testing/person.ts';

const desk = await openDesk({ settings: { KEYWARD_TRUSTED_PROXIES: '1' } });
after(() => desk[Symbol.asyncDispose]());

const ask = (from = '192.0.2.1') =>
  desk.send('POST /oauth/device_authorization', {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Forwarded-For': from },
    text: 'client_id=keyward-cli',
  });

/** Requests that wait, of as many addresses, from the one behind the first on. */
const fill = (first: string, number: number) =>
  desk.sql(
    `insert into device_requests
       (id, device_hash, user_code_key, address, token_name, terms, created_at, expires_at, interval_seconds)
     select gen_random_uuid(), sha256(('d' || $2 || n)::bytea), sha256(('u' || $2 || n)::bytea),
       $2::inet + n, 'x', '{}', $1, $1::timestamptz + interval '10 minutes', 5
     from generate_series(1, $3) as n`,
    [desk.clock.now(), first, number],
  );

/** How many wait for an answer, of all and of a network. */
const countOpen = async (network: string) =>
  (
    await desk.sql<{ all: number; near: number }>(
      `select count(*)::int as all, count(*) filter (where address << $2::inet)::int as near
       from device_requests where expires_at > $1 and answered_at is null`,
      [desk.clock.now(), network],
    )
  )[0];

test('however many addresses ask, no more than a thousand requests wait, and none is refused for the others', async () => {
  await fill('203.0.112.0', 500);
  await fill('198.18.0.0', 499);
  expect(200, await ask());
  for (let n = 1; n <= 20; n++) expect(200, await ask(`198.51.${n}.1`));
  assert.deepEqual(await countOpen('192.0.2.0/24'), { all: 1000, near: 1 });
  assert.deepEqual(await countOpen('198.51.0.0/16'), { all: 1000, near: 20 });
  desk.clock.advance({ minutes: 10 });
});

test('a request of a quiet network outlives a flood from all networks of a provider', async () => {
  const waiting = await ask('192.0.2.7');
  await fill('2001:db8:7::', 999);
  for (let n = 1; n <= 30; n++) expect(200, await ask(`2001:db8:${n.toString(16)}00::1`));
  const poll = await desk.send('POST /oauth/token', {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    text: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      client_id: 'keyward-cli',
      device_code: textOf(waiting.body['device_code']),
    }).toString(),
  });
  assert.equal(textOf(poll.body['error']), 'authorization_pending');
  assert.equal((await countOpen('2001:db8::/32'))?.near, 999);
  desk.clock.advance({ minutes: 10 });
});

test('who finds their network’s part taken is told so, and not that they ask too often', async () => {
  await fill('192.0.2.100', 50);
  for (let tries = 0; tries <= limits.asks.tries; tries++) {
    const refused = await ask();
    assert.equal(refused.status, 429);
    assert.equal(refused.problem?.code, 'rate_limited');
    assert.match(refused.problem?.detail ?? '', /Too many machines of your network wait/);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
  }
  desk.clock.advance({ minutes: 10 });
  expect(200, await ask());
});

test('a network of many addresses fills no more than its part', async () => {
  await fill('2001:db8:1::', 49);
  await fill('198.51.100.0', 50);
  const codeOf = async (from: string) => (await ask(from)).problem?.code;
  assert.equal(await codeOf('2001:db8:1:1::1'), undefined);
  assert.equal(await codeOf('2001:db8:1:ffff::1'), 'rate_limited');
  assert.equal(await codeOf('2001:db8:2::1'), undefined);
  assert.equal(await codeOf('198.51.100.200'), 'rate_limited');
  assert.equal(await codeOf('198.51.101.1'), undefined);
  desk.clock.advance({ minutes: 10 });
});

test('of many that ask at once from a network no more come than it has room for', async () => {
  await fill('2001:db8:3::', 45);
  const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => ask(`2001:db8:3:${n + 1}::1`)));
  assert.equal(answers.filter(({ status }) => status === 200).length, 5);
  desk.clock.advance({ minutes: 10 });
});
