import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { currentParty, type Release } from '#db/turns.ts';
import type { Answer } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { signIn, type Person } from '#server/testing/person.ts';

/** Takes places of a caller, as calls of theirs would; returns what gives them back. */
async function takePlaces({ runtime }: Desk, caller: string, count: number): Promise<Release[]> {
  const { calls } = runtime.admission;
  return Promise.all(Array.from({ length: count }, async () => calls.take(caller)));
}

const giveBack = (releases: Release[]) => releases.forEach((release) => release());

async function until(isTime: () => boolean): Promise<void> {
  while (!isTime()) await sleep(5);
}

const statusOf = async (answer: Promise<Answer>) => (await answer).status;

test('of one person 64 calls are under way, 512 wait, and more are refused; nobody else notices', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { calls } = desk.runtime.admission;
  const held = await takePlaces(desk, `session ${bob.id}`, 63);
  assert.equal((await bob.send('GET /api/v1/me')).status, 200);
  held.push(...(await takePlaces(desk, `session ${bob.id}`, 1)));
  const waits = statusOf(bob.send('GET /api/v1/me'));
  await until(() => calls.waiting() === 1);
  const pass = async () => (await calls.take(`session ${bob.id}`))();
  const more = Array.from({ length: 511 }, pass);
  const refused = await bob.send('GET /api/v1/me');
  assert.equal(refused.problem?.code, 'rate_limited');
  assert.equal(refused.headers.get('retry-after'), '1');
  assert.equal((await desk.ada.send('GET /api/v1/tokens')).status, 200);
  giveBack(held);
  assert.equal(await waits, 200);
  await Promise.all(more);
  await until(() => calls.held() === 0 && calls.waiting() === 0);
});

test('who waits for five seconds is refused', async () => {
  await using desk = await openDesk();
  const held = await takePlaces(desk, `session ${desk.ada.id}`, 64);
  const started = performance.now();
  const refused = await desk.ada.send('GET /api/v1/me');
  assert.equal(refused.problem?.code, 'rate_limited');
  assert.ok(performance.now() - started > 4_900);
  giveBack(held);
  assert.equal((await desk.ada.send('GET /api/v1/me')).status, 200);
});

test('all sessions of a person share their places', async () => {
  await using desk = await openDesk();
  const again = await signIn(desk, desk.ada.email, desk.ada.password);
  const { calls } = desk.runtime.admission;
  const held = await takePlaces(desk, `session ${desk.ada.id}`, 64);
  const waits = [desk.ada, again].map((who) => statusOf(who.send('GET /api/v1/me')));
  await until(() => calls.waiting() === 2);
  giveBack(held);
  assert.deepEqual(await Promise.all(waits), [200, 200]);
});

test('all tokens of a person share theirs: a script that runs wild can be stopped in the browser', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const tokens = await Promise.all(['one', 'two'].map((name) => bob.createToken({ name })));
  const held = await takePlaces(desk, `credential ${bob.id}`, 64);
  const waits = tokens.map(({ token }) => statusOf(desk.send('GET /api/v1/me', { token })));
  await until(() => desk.runtime.admission.calls.waiting() === 2);
  for (const { credential } of tokens) await bob.revokeToken(credential.id);
  giveBack(held);
  await Promise.all(waits);
});

test('a batch takes as many places as it has calls', async () => {
  await using desk = await openDesk();
  const { calls } = desk.runtime.admission;
  const batch = `GET /trpc/${Array<string>(10).fill('sessions.me').join()}?batch=1&input={}`;
  const held = await takePlaces(desk, `session ${desk.ada.id}`, 54);
  assert.equal((await desk.ada.send(batch)).status, 200);
  held.push(...(await takePlaces(desk, `session ${desk.ada.id}`, 1)));
  const waits = statusOf(desk.ada.send(batch));
  await until(() => calls.waiting() === 1);
  held.pop()?.();
  assert.equal(await waits, 200);
  giveBack(held);
});

test('who goes while they wait leaves the line', async () => {
  await using desk = await openDesk();
  const { calls } = desk.runtime.admission;
  const held = await takePlaces(desk, `session ${desk.ada.id}`, 64);
  const leaving = new AbortController();
  const options = { headers: { Cookie: desk.ada.cookie }, signal: leaving.signal };
  const asked = fetch(`${desk.origin}/api/v1/me`, options);
  await until(() => calls.waiting() === 1);
  leaving.abort();
  await assert.rejects(asked);
  await until(() => calls.waiting() === 0);
  giveBack(held);
});

test('who goes while they are served keeps their place until what they began has ended', async () => {
  await using desk = await openDesk();
  const { calls } = desk.runtime.admission;
  await desk.sql('begin; lock table notices in access exclusive mode');
  const leaving = new AbortController();
  const options = { headers: { Cookie: desk.ada.cookie }, signal: leaving.signal };
  const asked = fetch(`${desk.origin}/api/v1/notices`, options);
  await desk.untilBlocked();
  leaving.abort();
  await assert.rejects(asked);
  await sleep(50);
  assert.equal(calls.held(), 1);
  await desk.sql('commit');
  await until(() => calls.held() === 0);
});

test('what stays open takes no place', async () => {
  await using desk = await openDesk();
  const leaving = new AbortController();
  const streams = await Promise.all(
    Array.from({ length: 10 }, () =>
      fetch(`${desk.origin}/trpc/live.changes`, {
        headers: { Cookie: desk.ada.cookie, Accept: 'text/event-stream' },
        signal: leaving.signal,
      }),
    ),
  );
  assert.ok(streams.every(({ status }) => status === 200));
  assert.equal(desk.runtime.admission.calls.held(), 0);
  leaving.abort();
});

const exportPath = '/api/v1/audit/export?format=ndjson';

/** Rows of a kilobyte. */
const fillLog = (desk: Desk, rows: number) =>
  desk.sql(
    `insert into audit_events (time, tenant_id, actor_kind, actor_label, action, outcome, detail)
     select now() - n * interval '1 minute', $1, 'user', repeat('x', 1000), 'token.create', 'ok', '{}'
     from generate_series(1, $2::int) n`,
    [desk.runtime.defaultTenantId, rows],
  );

const openExport = ({ origin, ada }: Desk, signal: AbortSignal) =>
  fetch(origin + exportPath, { headers: { Cookie: ada.cookie }, signal });

test('of a download that nobody reads no more than a few pages are read ahead', async () => {
  await using desk = await openDesk();
  await fillLog(desk, 40_000);
  const leaving = new AbortController();
  const answer = await openExport(desk, leaving.signal);
  let pages = 0;
  const { pool } = desk.runtime;
  pool.on('acquire', () => (pages += currentParty().key === '' ? 0 : 1));
  await sleep(2_000);
  // Each page asks twice: for its rows, and whether they may still be read.
  assert.ok(answer.status === 200 && pages < 20, `${pages} of 40`);
  leaving.abort();
});

test('a person has four downloads at once at most, which take no place among their calls', async () => {
  await using desk = await openDesk();
  await fillLog(desk, 20_000);
  const { calls, downloads } = desk.runtime.admission;
  const leaving = new AbortController();
  assert.equal((await openExport(desk, leaving.signal)).status, 200);
  assert.deepEqual([calls.held(), downloads.held()], [0, 1]);
  const others = Array.from({ length: 3 }, () => downloads.take(`session ${desk.ada.id}`) as Release);
  const refused = await desk.ada.send(`GET ${exportPath}`);
  assert.equal(refused.problem?.code, 'rate_limited');
  assert.equal((await desk.ada.send('GET /api/v1/me')).status, 200);
  leaving.abort();
  for (const release of others) release();
  await until(() => downloads.held() === 0);
  assert.equal((await desk.ada.send(`HEAD ${exportPath}`)).status, 200);
});

const mebibyte = 1_048_576;

/** Says that it sends a mebibyte, and sends half of it. */
async function sendHalf(desk: Desk, call: string, who?: Person): Promise<Socket> {
  const { hostname, port } = new URL(desk.origin);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    `${call} HTTP/1.1\r\nHost: x\r\n${who ? `Cookie: ${who.cookie}\r\n` : ''}Content-Type: application/json\r\nContent-Length: ${mebibyte}\r\n\r\n`,
  );
  socket.write('x'.repeat(mebibyte / 2));
  return socket;
}

test('of what arrives in part what is held counts in the budget of all bodies, until its sender goes', async () => {
  await using desk = await openDesk();
  const { bodies } = desk.runtime.admission;
  const socket = await sendHalf(desk, 'POST /api/v1/tokens', desk.ada);
  await until(() => bodies.held() === mebibyte / 2);
  socket.destroy();
  await until(() => bodies.held() === 0);
});

test('a body whose sender is nobody is refused by its length, and none of it is held', async () => {
  await using desk = await openDesk();
  for (const call of ['POST /api/v1/tokens', 'POST /api/v1/auth/login', 'POST /trpc/sessions.login']) {
    const socket = await sendHalf(desk, call);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 413 /, call);
    assert.equal(desk.runtime.admission.bodies.held(), 0);
    socket.destroy();
  }
  const forged = await sendHalf(desk, 'POST /api/v1/tokens', { ...desk.ada, cookie: 'keyward_session=x' });
  const [answer] = (await once(forged, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 413 /);
  forged.destroy();
});

test('what was revoked while a call waited for a place is refused', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const held = await takePlaces(desk, `session ${bob.id}`, 64);
  const waits = statusOf(bob.send('GET /api/v1/me'));
  await until(() => desk.runtime.admission.calls.waiting() === 1);
  await desk.ada.send(`POST /api/v1/users/${bob.id}/revoke-sessions`);
  giveBack(held);
  assert.equal(await waits, 401);
});

test('where there is no room for a body it is refused with 503, and the next is taken once there is', async () => {
  await using desk = await openDesk();
  const { bodies } = desk.runtime.admission;
  const holds = Array.from({ length: 512 }, (_, n) => bodies.open({ key: `${n}`, isKnown: true }));
  for (const hold of holds) hold.add(mebibyte / 4);
  const send = () => desk.ada.send('POST /api/v1/tokens', { body: { name: 'x' } });
  const refused = await send();
  assert.equal(refused.problem?.code, 'unavailable');
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  assert.equal((await desk.ada.send('GET /api/v1/me')).status, 200);
  for (const hold of holds) hold.release();
  assert.equal((await send()).status, 201);
});

test('a stranger may send 8 kB, and what is found elsewhere by the hundred', async () => {
  await using desk = await openDesk();
  const statusOf = async (call: string, body: object) => (await desk.send(call, { body })).status;
  const login = (length: number) => ({ email: 'x@example.com', password: 'x'.repeat(length) });
  for (const call of ['POST /api/v1/auth/login', 'POST /trpc/sessions.login']) {
    assert.equal(await statusOf(call, login(8_000)), 422);
    assert.equal(await statusOf(call, login(8_300)), 413);
  }
  assert.equal(
    await statusOf('POST /api/v1/revoke', { tokens: Array<string>(100).fill('x'.repeat(500)) }),
    202,
  );
  assert.equal(await statusOf('POST /api/v1/revoke', { tokens: ['x'.repeat(66_000)] }), 413);
  const form = (text: string) =>
    desk.send('POST /oauth/device_authorization', {
      text,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
  assert.equal((await form('client_id=keyward-cli')).status, 200);
  assert.equal((await form(`client_id=keyward-cli&x=${'x'.repeat(8_200)}`)).status, 413);
});
