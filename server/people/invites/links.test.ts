import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusesOf, type Answer, type Caller, textOf } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { openMailbox, type Mailbox } from '#server/testing/mailbox.ts';
import { acceptInvite, codeOf, expect, goodPassword, signIn } from '#server/testing/person.ts';

const grace = { name: 'Grace Hopper', email: 'grace@example.com', role: 'member' };
const other = 'nine harbours under snow';

async function invite(desk: Desk): Promise<{ id: string; link: string; answer: Answer }> {
  const answer = expect(201, await desk.ada.send('POST /api/v1/users', { body: grace }));
  return { id: textOf(answer.body['id']), link: textOf(answer.body['inviteUrl']), answer };
}

async function reset(desk: Desk, id: string): Promise<string> {
  const answer = expect(200, await desk.ada.send(`POST /api/v1/users/${id}/reset-password`, { body: {} }));
  return textOf(answer.body['resetUrl']);
}

const check = (caller: Caller, what: 'Invite' | 'Reset', link: string) =>
  caller.send(`POST /trpc/users.check${what}`, { body: { code: codeOf(link) } });
const accept = (caller: Caller, link: string, change: object = {}) =>
  caller.send('POST /trpc/users.acceptInvite', {
    body: { code: codeOf(link), name: 'Grace', password: other, ...change },
  });
const complete = (caller: Caller, link: string, password = other) =>
  caller.send('POST /trpc/users.completeReset', { body: { code: codeOf(link), password } });
const login = (caller: Caller, email: string, password: string) =>
  caller.send('POST /api/v1/auth/login', { body: { email, password } });

test('an invited person is told who they are, chooses name and password, and is signed in', async () => {
  await using desk = await openDesk();
  const { id, link, answer } = await invite(desk);
  assert.match(link, /^http:\/\/localhost:\d+\/invite#code=[0-9A-Za-z]{32}$/);
  assert.equal(answer.body['mailed'], false);
  assert.ok(answer.body['inviteExpiresAt']);
  const seen = await check(desk, 'Invite', link);
  assert.deepEqual(seen.body['result']?.['data'], { name: grace.name, email: grace.email });
  const person = await acceptInvite(desk, link, 'Grace H.');
  const me = await person.send('GET /api/v1/me');
  assert.equal(me.body['user']?.['name'], 'Grace H.');
  assert.equal(me.body['user']?.['role'], 'member');
  const user = await desk.ada.send(`GET /api/v1/users/${id}`);
  assert.equal(user.body['inviteExpiresAt'], null);
  assert.ok(user.body['lastSignInAt']);
});

test('accepting an invite ends the reset links that lie about', async () => {
  await using desk = await openDesk();
  const { id, link } = await invite(desk);
  const old = await reset(desk, id);
  await acceptInvite(desk, link, 'Grace');
  assert.equal((await complete(desk, old, 'eleven herons on the weir')).problem?.code, 'code_invalid');
  assert.equal((await complete(desk, await reset(desk, id))).status, 200);
});

test('the browser in which an invite was accepted is known: others who guess do not stand in its way', async () => {
  await using desk = await openDesk();
  const { link } = await invite(desk);
  const cookies = (await accept(desk, link)).headers.getSetCookie();
  const device = cookies.find((cookie) => cookie.startsWith('keyward_device_'))?.split(';')[0] ?? '';
  await Promise.all(Array.from({ length: 10 }, () => login(desk, grace.email, 'not this one')));
  assert.equal(
    (await login(desk, grace.email, other)).status,
    401,
    'it pauses for browsers that are not known',
  );
  const body = { email: grace.email, password: other };
  assert.equal((await desk.send('POST /api/v1/auth/login', { cookie: device, body })).status, 200);
});

test('an invited person without a password gets the answer of a wrong one', async () => {
  await using desk = await openDesk();
  await invite(desk);
  const invited = await login(desk, grace.email, goodPassword);
  const wrong = await login(desk, desk.ada.email, 'not this one');
  assert.equal(invited.status, 401);
  assert.deepEqual({ ...invited.body, requestId: '' }, { ...wrong.body, requestId: '' });
});

test('of ten who accept one invite at once one comes in', async () => {
  await using desk = await openDesk();
  const { link } = await invite(desk);
  const answers = await Promise.all(Array.from({ length: 10 }, () => accept(desk, link)));
  assert.deepEqual(statusesOf(answers), [200, ...Array<number>(9).fill(400)]);
  assert.equal((await desk.sql("select from audit_events where action = 'user.accept_invite'")).length, 1);
});

test('an invite survives a form that was filled in wrongly, and looking at it', async () => {
  await using desk = await openDesk();
  const { link } = await invite(desk);
  for (const change of [
    { name: ' ' },
    { password: 'short' },
    { password: 'password123' },
    { password: grace.email },
    { role: 'admin' },
    { email: 'eve@example.com' },
  ]) {
    assert.equal((await accept(desk, link, change)).status, 422, JSON.stringify(change));
  }
  for (let look = 0; look < 3; look++) assert.equal((await check(desk, 'Invite', link)).status, 200);
  assert.equal((await accept(desk, link)).status, 200);
});

test('a link ends with its time, a newer link, a new address, a deactivation and a deletion', async (t) => {
  const deeds: [string, (desk: Desk, id: string) => unknown][] = [
    ['24 hours', ({ clock }) => clock.advance({ hours: 24 })],
    ['a newer one', ({ ada }, id) => ada.send(`POST /api/v1/users/${id}/invite`, { body: {} })],
    ['an address', ({ ada }, id) => ada.send(`PATCH /api/v1/users/${id}`, { body: { email: 'h@x.org' } })],
    [
      'a password',
      ({ ada }, id) => ada.send(`POST /api/v1/users/${id}/set-password`, { body: { password: other } }),
    ],
    ['a deactivation', ({ ada }, id) => ada.send(`POST /api/v1/users/${id}/deactivate`, { body: {} })],
    ['a deletion', ({ ada }, id) => ada.send(`DELETE /api/v1/users/${id}`)],
    ['psql', ({ sql }, id) => sql('update users set deactivated_at = now() where id = $1', [id])],
  ];
  for (const [what, deed] of deeds) {
    await t.test(what, async () => {
      await using desk = await openDesk();
      const { id, link } = await invite(desk);
      await deed(desk, id);
      const tried = [await check(desk, 'Invite', link), await accept(desk, link)];
      for (const answer of tried) assert.equal(answer.problem?.code, 'code_invalid');
    });
  }
});

test('an invite is made again until somebody has come, and not for who is switched off', async () => {
  await using desk = await openDesk();
  const { id } = await invite(desk);
  const path = `POST /api/v1/users/${id}`;
  await desk.ada.send(`${path}/deactivate`, { body: {} });
  const off = await desk.ada.send(`${path}/invite`, { body: {} });
  assert.equal(off.problem?.code, 'user_deactivated');
  await desk.ada.send(`${path}/activate`, { body: {} });
  const again = expect(200, await desk.ada.send(`${path}/invite`, { body: {} }));
  await acceptInvite(desk, textOf(again.body['inviteUrl']), 'Grace');
  const late = await desk.ada.send(`${path}/invite`, { body: {} });
  assert.equal(late.status, 409);
  assert.equal(late.problem?.code, 'already_joined');
});

test('a reset gives a new password, and ends every session and link of the person', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const [first, link] = [await reset(desk, bob.id), await reset(desk, bob.id)];
  assert.equal((await bob.send('GET /api/v1/me')).status, 200, 'a link alone changes nothing');
  assert.equal((await complete(desk, first)).problem?.code, 'code_invalid', 'the newer one counts');
  const done = await complete(desk, link);
  assert.equal(done.status, 200);
  assert.deepEqual(done.headers.getSetCookie(), [], 'it signs nobody in');
  assert.equal((await bob.send('GET /api/v1/me')).status, 401);
  assert.equal((await login(desk, bob.email, goodPassword)).status, 401);
  await signIn(desk, bob.email, other);
  assert.equal((await complete(desk, link, goodPassword)).problem?.code, 'code_invalid');
});

test('of twenty who use one reset link at once one does', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const link = await reset(desk, bob.id);
  const answers = await Promise.all(Array.from({ length: 20 }, () => complete(desk, link)));
  assert.deepEqual(statusesOf(answers), [200, ...Array<number>(19).fill(400)]);
});

test('an invite is no reset and a reset no invite', async () => {
  await using desk = await openDesk();
  const { id, link } = await invite(desk);
  assert.equal((await complete(desk, link)).problem?.code, 'code_invalid');
  const resetLink = await reset(desk, id);
  assert.equal((await accept(desk, resetLink)).problem?.code, 'code_invalid');
  assert.equal((await accept(desk, link)).status, 200);
});

test('nobody resets or sets their own password where the present one is not asked for', async () => {
  await using desk = await openDesk();
  for (const call of ['reset-password', 'set-password']) {
    const body = call === 'set-password' ? { password: other } : {};
    const refused = await desk.ada.send(`POST /api/v1/users/${desk.ada.id}/${call}`, { body });
    assert.equal(refused.problem?.code, 'own_account', call);
  }
});

/** Where a link could have been left lying about. */
async function everythingKept(desk: Desk): Promise<string> {
  await desk.settle();
  const texts = [...desk.logged];
  for (const table of ['audit_events', 'one_time_codes', 'users', 'pgboss.job'])
    texts.push(JSON.stringify(await desk.sql(`select t::text from ${table} t`)));
  return texts.join('\n');
}

const linkIn = ({ mails }: Mailbox, nth: number) =>
  /http\S+#code=\w+/.exec(mails[nth]?.text ?? '')?.[0] ?? '';

test('with a mail server an invite goes out as a letter, whose link is its own and counts as the admin’s', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const { link, answer } = await invite(desk);
  assert.equal(answer.body['mailed'], true);
  assert.equal(await desk.runJobs(), 1);
  assert.equal(mailbox.mails[0]?.to?.[0]?.address, grace.email);
  const mailed = linkIn(mailbox, 0);
  assert.notEqual(codeOf(mailed), codeOf(link));
  const kept = await everythingKept(desk);
  for (const code of [codeOf(link), codeOf(mailed)]) assert.ok(code.length === 32 && !kept.includes(code));
  assert.equal((await accept(desk, mailed)).status, 200);
  assert.equal((await accept(desk, link)).problem?.code, 'code_invalid');
});

test('a letter that is no longer wanted is not sent', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const bob = await desk.join('Bob', 'member');
  await desk.runJobs();
  const before = mailbox.mails.length;
  await complete(desk, await reset(desk, bob.id));
  await invite(desk);
  await desk.sql('update users set deactivated_at = now() where email = $1', [grace.email]);
  assert.equal(await desk.runJobs(), 2);
  assert.equal(mailbox.mails.length, before);
});

test('a reset goes out as a letter', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const { id } = await invite(desk);
  await desk.runJobs();
  await reset(desk, id);
  await desk.runJobs();
  assert.match(mailbox.mails[1]?.subject ?? '', /new password/);
  assert.equal((await complete(desk, linkIn(mailbox, 1))).status, 200);
  await signIn(desk, grace.email, other);
});
