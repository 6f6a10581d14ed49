import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limits } from '#server/core/lockout/rules.ts';
import { cookieOf, textOf, type Answer } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { openMailbox, type Mailbox } from '#server/testing/mailbox.ts';
import { codeOf, goodPassword } from '#server/testing/person.ts';

const ask = (desk: Desk, email: string, next?: string) =>
  desk.send('POST /api/v1/auth/magic', { body: { email, ...(next && { next }) } });

const redeem = (desk: Desk, code: string) => desk.send('POST /api/v1/auth/magic/redeem', { body: { code } });

/** Sends what waits. */
async function deliver(desk: Desk): Promise<void> {
  await desk.settle();
  await desk.runJobs();
}

/** The code of the newest letter. */
async function codeFor(desk: Desk, mailbox: Mailbox, email: string, next?: string): Promise<string> {
  await ask(desk, email, next);
  await deliver(desk);
  return /\/magic#code=(\w+)/.exec(mailbox.mails.at(-1)?.text ?? '')?.[1] ?? '';
}

const told = ({ status, body, headers }: Answer) => ({
  status,
  body,
  headers: [...headers.keys()].filter((name) => name !== 'x-request-id').toSorted(),
});

test('a mailed link signs in once, and leads on to where one was going', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const code = await codeFor(desk, mailbox, ' ADA@example.com ', '/tokens?status=active');
  assert.equal(mailbox.mails[0]?.to?.[0]?.address, 'ada@example.com');
  assert.equal(mailbox.mails[0]?.subject, 'Your link to sign in');
  const answer = await redeem(desk, code);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body['next'], '/tokens?status=active');
  const me = await desk.send('GET /api/v1/me', { cookie: cookieOf(answer) });
  assert.equal(me.body['user']?.['email'], 'ada@example.com');
  assert.equal((await redeem(desk, code)).problem?.code, 'code_invalid');
  const [row] = await desk.sql<{ method: string }>(
    "select detail->>'method' as method from audit_events where action = 'auth.login' order by sequence desc limit 1",
  );
  assert.equal(row?.method, 'magic');
});

test('the answer is the same for somebody who is not there, or is deactivated, and they get no letter', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const bob = await desk.join('Bob', 'member');
  await desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { body: {} });
  const known = await ask(desk, desk.ada.email);
  for (const email of ['nobody@example.com', bob.email])
    assert.deepEqual(told(await ask(desk, email)), told(known));
  assert.equal(known.status, 202);
  await deliver(desk);
  assert.deepEqual(
    mailbox.mails.map((mail) => mail.to?.[0]?.address),
    [desk.ada.email],
  );
});

test('somebody who asks again and again gets three letters in a quarter of an hour, and the same answer', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  for (let n = 0; n < 6; n++) {
    assert.equal((await ask(desk, desk.ada.email)).status, 202);
    await deliver(desk);
  }
  assert.equal(mailbox.mails.length, 3);
});

test('a link ends after 15 minutes, and with a deactivation meanwhile', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const bob = await desk.join('Bob', 'member');
  const late = await codeFor(desk, mailbox, bob.email);
  desk.clock.advance({ minutes: 15 });
  assert.equal((await redeem(desk, late)).problem?.code, 'code_invalid');
  const code = await codeFor(desk, mailbox, bob.email);
  await desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { body: {} });
  const refused = await redeem(desk, code);
  assert.ok(refused.status >= 400, refused.text);
  assert.deepEqual(refused.headers.getSetCookie(), []);
});

test('an invite ends once its holder has come in by a mailed link', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const person = { name: 'Bob', email: 'bob@example.com', role: 'member' };
  const added = await desk.ada.send('POST /api/v1/users', { body: person });
  const code = codeOf(textOf(added.body['inviteUrl']));
  const check = () => desk.send('POST /trpc/users.checkInvite', { body: { code } });
  const magic = await codeFor(desk, mailbox, person.email);
  assert.equal((await check()).status, 200);
  assert.equal((await redeem(desk, magic)).status, 200);
  assert.equal((await check()).problem?.code, 'code_invalid');
});

test('a link leads to no other site, whatever was asked for', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const code = await codeFor(desk, mailbox, desk.ada.email, '//evil.example');
  assert.equal((await redeem(desk, code)).body['next'], '/');
});

test('without a mail server there is no such way', async () => {
  await using desk = await openDesk();
  assert.equal((await ask(desk, desk.ada.email)).status, 404);
  const ways = await desk.send('GET /api/v1/auth/ways');
  assert.deepEqual(ways.body, { ways: ['password'], issuerName: null });
});

test('nobody who asks for letters to others stands in the way of a browser that is known', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const answer = await redeem(desk, await codeFor(desk, mailbox, desk.ada.email));
  const mark = answer.headers.getSetCookie().find((line) => line.startsWith('keyward_device_')) ?? '';
  const askOften = async (cookie: string) => {
    for (let n = 0; n < 6; n++) {
      await desk.send('POST /api/v1/auth/magic', { body: { email: desk.ada.email }, cookie });
      await deliver(desk);
    }
    return mailbox.mails.length;
  };
  assert.equal(await askOften(''), 3, 'strangers are paused');
  assert.equal(await askOften(mark.split(';')[0] ?? ''), 6, 'a known browser gets three of its own');
});

test('a link lets in whose password is paused, and a pause is told by mail, once', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const guess = () =>
    desk.send('POST /api/v1/auth/login', { body: { email: desk.ada.email, password: 'not this one' } });
  for (let n = 0; n < 12; n++) await guess();
  await deliver(desk);
  assert.deepEqual(
    mailbox.mails.map((mail) => mail.subject),
    ['Too many wrong passwords at your account'],
  );
  const code = await codeFor(desk, mailbox, desk.ada.email);
  assert.equal((await redeem(desk, code)).status, 200);
});

test('an office behind one address asks for as many letters as it opens, and a list of addresses is slowed', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const { tries } = limits.letters;
  const spray = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, n) => ask(desk, `p${n}@example.com`)));
  const good = await codeFor(desk, mailbox, desk.ada.email);
  assert.ok((await spray(tries - 2)).every(({ status }) => status === 202));
  assert.equal((await redeem(desk, good)).status, 200);
  assert.ok(
    (await spray(1)).every(({ status }) => status === 202),
    'the letter that was opened counts no longer',
  );
  const taken = (await spray(3)).filter(({ status }) => status === 202);
  assert.equal(taken.length, 1);
  const login = { email: desk.ada.email, password: goodPassword };
  assert.equal((await desk.send('POST /api/v1/auth/login', { body: login })).status, 200, 'passwords go on');
});

test('a letter on its way when the address changes goes to the new one', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const bob = await desk.join('Bob', 'member');
  // What is told of the account that he has got.
  await desk.runJobs();
  const before = mailbox.mails.length;
  await ask(desk, bob.email);
  await desk.settle();
  await desk.sql('begin');
  await desk.sql("update users set email = 'robert@example.com' where id = $1", [bob.id]);
  const sent = desk.runJobs();
  await Promise.race([sent, desk.untilBlocked()]);
  await desk.sql('commit');
  await sent;
  assert.deepEqual(
    mailbox.mails.slice(before).map((mail) => mail.to?.[0]?.address),
    ['robert@example.com'],
  );
});
