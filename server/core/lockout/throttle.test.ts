import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pruneTallies } from '#server/core/lockout/prune-tallies.ts';
import { limits } from '#server/core/lockout/rules.ts';
import type { Answer, Caller } from '#server/testing/caller.ts';
import { openDesk, openEmptyDesk, type Desk } from '#server/testing/desk.ts';
import { goodPassword, signIn } from '#server/testing/person.ts';

const wrong = 'not this one at all';
const proxied = { settings: { KEYWARD_TRUSTED_PROXIES: '127.0.0.0/8' } };

interface Guess {
  email?: string;
  password?: string;
  from?: string;
  cookie?: string;
}

function guess(caller: Caller, { email = 'ada@example.com', password = wrong, from, cookie }: Guess = {}) {
  return caller.send('POST /api/v1/auth/login', {
    body: { email, password },
    ...(cookie && { cookie }),
    ...(from && { headers: { 'X-Forwarded-For': from } }),
  });
}

async function guessOften(caller: Caller, count: number, one: Guess = {}): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, () => guess(caller, one)));
}

/** How many sign-ins were refused after the password was looked at, and how many before. */
async function refusals(desk: Desk): Promise<Record<string, number>> {
  await desk.settle();
  const rows = await desk.sql<{ code: string; n: number }>(
    "select code, count(*)::int as n from audit_events where action = 'auth.login_failed' group by code",
  );
  return Object.fromEntries(rows.map(({ code, n }) => [code, n]));
}

test('of 60 wrong guesses at once at one account, on two servers and by two doors, exactly ten are looked at', async () => {
  await using desk = await openDesk(proxied);
  await using other = await desk.another();
  const guesses = Array.from({ length: 60 }, (_, n) => {
    const caller = n % 2 ? desk : other;
    const headers = { 'X-Forwarded-For': `203.0.113.${n % 7}` };
    const body = { email: ['ada@example.com', ' ADA@Example.COM'][n % 2] ?? '', password: wrong };
    const door = n % 3 ? 'POST /trpc/sessions.login' : 'POST /api/v1/auth/login';
    return caller.send(door, { body, headers });
  });
  const answers = await Promise.all(guesses);
  assert.ok(answers.every((answer) => answer.status === 401 && answer.problem?.code === 'login_failed'));
  await other.runtime.auditQueue.flush();
  assert.deepEqual(await refusals(desk), { login_failed: 10, rate_limited: 50 });
});

test('an account that pauses takes no password for 15 minutes, the right one neither, and then it does', async () => {
  await using desk = await openDesk();
  await guessOften(desk, 10);
  assert.equal((await guess(desk, { password: goodPassword })).problem?.code, 'login_failed');
  desk.clock.advance({ minutes: 14, seconds: 59 });
  assert.equal((await guess(desk, { password: goodPassword })).status, 401);
  desk.clock.advance({ seconds: 1 });
  assert.equal((await guess(desk, { password: goodPassword })).status, 200);
});

test('nine wrong guesses and a right one begin the count anew', async () => {
  await using desk = await openDesk();
  for (let round = 0; round < 3; round++) {
    await guessOften(desk, 9);
    assert.equal((await guess(desk, { password: goodPassword })).status, 200);
  }
});

test('unknown, wrong, paused, and deactivated with a wrong password are answered alike', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const eve = await desk.join('Eve', 'member');
  await desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { body: {} });
  await guessOften(desk, 10, { email: eve.email });
  const answers = await Promise.all([
    guess(desk),
    guess(desk, { email: 'nobody@example.com' }),
    guess(desk, { email: eve.email, password: goodPassword }),
    guess(desk, { email: bob.email }),
  ]);
  // How many calls an address has left goes by the calls, not by what was guessed.
  const varying = ['date', 'x-request-id', 'ratelimit'];
  const told = answers.map(({ status, headers, body }) => ({
    status,
    body: { ...body, requestId: '' },
    headers: Object.fromEntries([...headers].filter(([name]) => !varying.includes(name))),
  }));
  for (const each of told) assert.deepEqual(each, told[0]);
  assert.equal(told[0]?.status, 401);
});

test('an unknown address is counted like a known one, and its name is kept nowhere', async () => {
  await using desk = await openDesk();
  await guessOften(desk, 11, { email: 'nobody@example.com' });
  assert.deepEqual(await refusals(desk), { login_failed: 10, rate_limited: 1 });
  const [row] = await desk.sql<{ all: string }>(
    `select string_agg(t::text, ' ') || (select string_agg(a::text, ' ') from audit_events a) as all
     from sign_in_tallies t`,
  );
  assert.doesNotMatch(row?.all ?? '', /nobody/);
});

test('no spelling of an address has a count of its own', async () => {
  await using desk = await openDesk();
  await desk.sql("update users set email = 'kim@example.com'");
  const spellings = [
    'kim@example.com',
    ' KIM@EXAMPLE.COM ',
    '\u212Aim@example.com',
    'ｋｉｍ@example.com',
    'Kim@EXAMPLE.com',
  ];
  for (const email of [...spellings, ...spellings]) assert.equal((await guess(desk, { email })).status, 401);
  assert.equal((await guess(desk, { email: 'kim@example.com', password: goodPassword })).status, 401);
  desk.clock.advance({ minutes: 15 });
  for (const email of spellings)
    assert.equal((await guess(desk, { email, password: goodPassword })).status, 200, email);
  const dotted = await guess(desk, { email: 'k\u0130m@example.com', password: goodPassword });
  assert.equal(dotted.status, 401, 'another letter is another address');
});

test('the right password works in a browser that is known while others guess, and in no other', async () => {
  await using desk = await openDesk(proxied);
  const before = await guess(desk, { password: goodPassword, from: '198.51.100.1' });
  const device = before.headers.getSetCookie().find((cookie) => cookie.startsWith('keyward_device_')) ?? '';
  assert.match(device, /; HttpOnly; Max-Age=15552000; Path=\/; SameSite=Lax$/);
  const [cookie = ''] = device.split(';');
  await guessOften(desk, 20, { from: '203.0.113.5' });
  assert.equal((await guess(desk, { password: goodPassword, from: '198.51.100.1' })).status, 401);
  assert.equal((await guess(desk, { password: goodPassword, cookie })).status, 200);

  const forged = cookie.replace(/=./, (first) => (first === '=A' ? '=B' : '=A'));
  assert.equal((await guess(desk, { password: goodPassword, cookie: forged })).status, 401);
});

test('a browser that is known has ten guesses of its own, for its own account only, and is known for half a year', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const [, cookie = ''] = (await guess(desk, { password: goodPassword })).headers
    .getSetCookie()
    .map((line) => line.split(';')[0]);
  await guessOften(desk, 10, { cookie });
  assert.equal((await guess(desk, { password: goodPassword, cookie })).status, 401);
  assert.equal((await guess(desk, { password: goodPassword })).status, 200, 'others are not paused by it');
  await guessOften(desk, 10, { email: bob.email });
  assert.equal((await guess(desk, { email: bob.email, password: goodPassword, cookie })).status, 401);

  desk.clock.advance({ days: 181 });
  await guessOften(desk, 10);
  assert.equal((await guess(desk, { password: goodPassword, cookie })).status, 401);
});

test('a changed password makes the marks of all browsers worthless, but that of the one it was changed in', async () => {
  await using desk = await openDesk(proxied);
  const mark = (answer: Answer) =>
    answer.headers
      .getSetCookie()
      .find((line) => line.startsWith('keyward_device_'))
      ?.split(';')[0] ?? '';
  const old = mark(await guess(desk, { password: goodPassword }));
  const newPassword = 'eleven herons on the weir';
  const body = { currentPassword: goodPassword, newPassword };
  const changed = await desk.ada.send('POST /api/v1/account/password', { body });
  await guessOften(desk, 10, { cookie: old });
  assert.equal(
    (await guess(desk, { password: newPassword, cookie: old })).status,
    401,
    'counted as a stranger',
  );
  assert.equal((await guess(desk, { password: newPassword, cookie: mark(changed) })).status, 200);
});

test('all known browsers of an account together have thirty guesses, and a right one begins the count anew', async () => {
  await using desk = await openDesk();
  const marks: string[] = [];
  for (let n = 0; n < 5; n++) {
    const cookies = (await guess(desk, { password: goodPassword })).headers.getSetCookie();
    marks.push(cookies.find((line) => line.startsWith('keyward_device_'))?.split(';')[0] ?? '');
  }
  const [first, second, third, fourth, fifth] = marks;
  for (const cookie of [first, second, third]) await guessOften(desk, 9, { ...(cookie && { cookie }) });
  assert.equal((await guess(desk, { password: goodPassword, cookie: fourth ?? '' })).status, 200);
  desk.clock.advance({ minutes: 15 });
  for (const cookie of [first, second, third, fourth])
    await guessOften(desk, 9, { ...(cookie && { cookie }) });
  assert.equal((await guess(desk, { password: goodPassword, cookie: fifth ?? '' })).status, 401);
  assert.equal((await guess(desk, { password: goodPassword })).status, 200, 'others are not paused by it');
});

test('an address that guesses at many accounts is slowed, told for how long, and others are not', async () => {
  await using desk = await openDesk(proxied);
  const from = '2001:db8:1:2::1';
  const spray = (count: number, address: string) =>
    Promise.all(
      Array.from({ length: count }, (_, n) =>
        guess(desk, { email: `nobody${n}@example.com`, from: address }),
      ),
    );
  const answers = await spray(limits.address.tries + 10, from);
  assert.equal(answers.filter((answer) => answer.status === 401).length, limits.address.tries);
  const slowed = answers.filter((answer) => answer.status === 429);
  assert.equal(slowed.length, 10);
  assert.equal(slowed[0]?.problem?.code, 'rate_limited');
  assert.equal(slowed[0]?.headers.get('retry-after'), '1');

  const neighbour = await guess(desk, { password: goodPassword, from: '2001:db8:1:2:ffff::9' });
  assert.equal(neighbour.status, 429, 'the same /64');
  assert.equal((await guess(desk, { password: goodPassword, from: '2001:db8:1:3::1' })).status, 200);
  const viaTrpc = await desk.send('POST /trpc/sessions.login', {
    body: { email: 'ada@example.com', password: goodPassword },
    headers: { 'X-Forwarded-For': from },
  });
  assert.equal(viaTrpc.status, 429);
  assert.equal(viaTrpc.headers.get('retry-after'), '1');
  desk.clock.advance({ seconds: 1 });
  assert.equal((await guess(desk, { password: goodPassword, from })).status, 200);
  desk.clock.advance({ seconds: 1 });
  assert.equal((await guess(desk, { from })).status, 401);
  assert.equal((await guess(desk, { from })).headers.get('retry-after'), '2', 'longer each time');
});

test('an X-Forwarded-For that nobody trusted wrote does not choose what is counted', async () => {
  await using desk = await openDesk();
  const guesses = Array.from({ length: limits.address.tries + 1 }, (_, n) =>
    guess(desk, { email: `nobody${n}@example.com`, from: `203.0.113.${n}` }),
  );
  assert.equal((await Promise.all(guesses)).filter((answer) => answer.status === 429).length, 1);
});

test('those who sign in rightly from one address are never slowed', async () => {
  await using desk = await openDesk();
  await guessOften(desk, 9, { email: 'nobody@example.com' });
  for (let round = 0; round < 5; round++) {
    const answers = await guessOften(desk, 9, { password: goodPassword });
    assert.ok(answers.every((answer) => answer.status === 200));
  }
});

test('what fails on our side is not counted as a wrong password', async () => {
  await using desk = await openDesk();
  const [row] = await desk.sql<{ password_hash: string }>('select password_hash from users');
  await desk.sql("update users set password_hash = 'scrambled'");
  for (const answer of await guessOften(desk, 12)) assert.notEqual(answer.status, 200);
  await desk.sql('update users set password_hash = $1', [row?.password_hash]);
  assert.equal((await guess(desk, { password: goodPassword })).status, 200);
});

test('a pause is audited once, as what the server did to the account', async () => {
  await using desk = await openDesk();
  await guessOften(desk, 30);
  await desk.settle();
  const rows = await desk.sql<{ actor_kind: string; resource_label: string; outcome: string }>(
    "select actor_kind, resource_label, outcome from audit_events where action = 'auth.paused'",
  );
  assert.deepEqual(rows, [{ actor_kind: 'system', resource_label: 'ada@example.com', outcome: 'denied' }]);
});

test('guesses at a code are counted by address, also those at the first admin’s', async () => {
  await using desk = await openEmptyDesk();
  const complete = () =>
    desk.send('POST /trpc/setup.complete', {
      body: { code: 'wrong', name: 'Eve', email: 'eve@example.com', password: goodPassword },
    });
  const answers = await Promise.all(Array.from({ length: limits.address.tries }, complete));
  assert.ok(answers.every((answer) => answer.problem?.code === 'code_invalid'));
  assert.equal((await complete()).problem?.code, 'rate_limited');
});

test('guesses at the password of a session are counted for themselves', async () => {
  await using desk = await openDesk();
  const confirm = (password: string) => desk.ada.send('POST /api/v1/auth/confirm', { body: { password } });
  const answers = await Promise.all(Array.from({ length: 10 }, () => confirm(wrong)));
  assert.ok(answers.every((answer) => answer.status === 422));
  const paused = await confirm(goodPassword);
  assert.equal(paused.status, 429);
  assert.equal(paused.headers.get('retry-after'), '900');
  const owner = await signIn(desk, desk.ada.email, goodPassword);
  await owner.confirm();
  desk.clock.advance({ minutes: 15 });
  assert.equal((await confirm(goodPassword)).status, 204);
});

test('what no longer counts is deleted, and what does is kept', async () => {
  await using desk = await openDesk();
  await guess(desk, { email: 'old@example.com' });
  desk.clock.advance({ hours: 23 });
  await guess(desk, { email: 'new@example.com' });
  assert.equal((await desk.sql('select from sign_in_tallies')).length, 3);
  desk.clock.advance({ hours: 1 });
  await pruneTallies(desk.runtime);
  assert.equal((await desk.sql('select from sign_in_tallies')).length, 2);
});
