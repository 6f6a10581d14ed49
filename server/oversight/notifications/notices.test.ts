import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NoticesView } from '#server/core/notifications/schema.ts';
import { notifyExpiring } from '#server/oversight/notifications/notify-expiring.ts';
import { textOf } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { createAgent, enrollByCode, redeemAgentCode } from '#server/testing/enrollment.ts';
import { openMailbox } from '#server/testing/mailbox.ts';
import { expect, signIn, type Person } from '#server/testing/person.ts';

/** Signs in anew: a session does not live for as many days as the clock is moved here. */
async function noticesOf(desk: Desk, person: Person) {
  const again = await signIn(desk, person.email, person.password);
  const { items } = (await again.send('GET /api/v1/notices')).body as unknown as NoticesView;
  return items.map(({ kind, token }) => `${kind} ${token?.name}`);
}
const use = async (desk: Desk, token: string) => {
  await desk.send('GET /api/v1/me', { token });
  await desk.settle();
};

test('the owner of a token in use is told 14, 7 and 1 days before it expires, once each, on the page and by mail', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  await using other = await desk.another();
  const { token } = await desk.ada.createToken({ name: 'ci', expiresInDays: 90 });
  const told: string[][] = [];
  for (const days of [75, 1.5, 6.5, 6.5]) {
    desk.clock.advance({ days });
    await use(desk, token);
    await Promise.all([desk, other, desk].map(({ runtime }) => notifyExpiring(runtime)));
    told.push(await noticesOf(desk, desk.ada));
  }
  assert.deepEqual(told, [[], ['expires_14 ci'], ['expires_7 ci'], ['expires_1 ci']]);
  assert.equal((await desk.sql('select from notices')).length, 3);
  await desk.runJobs();
  assert.equal(mailbox.mails.length, 3);
  assert.match(mailbox.mails[0]?.subject ?? '', /^Your token "ci" expires on \d{4}-\d\d-\d\d$/);
});

test('whoever does not use a token, or made it for a shorter time than that, is not told', async () => {
  await using desk = await openDesk();
  const old = await desk.ada.createToken({ name: 'used long ago', expiresInDays: 60 });
  await use(desk, old.token);
  await desk.ada.createToken({ name: 'never used', expiresInDays: 60 });
  desk.clock.advance({ days: 48 });
  const ada = await signIn(desk, desk.ada.email, desk.ada.password);
  const week = await ada.createToken({ name: 'a week', expiresInDays: 7 });
  const day = await ada.createToken({ name: 'a day', expiresInDays: 1 });
  const off = await ada.createToken({ name: 'off', expiresInDays: 9 });
  const revoked = await ada.createToken({ name: 'revoked', expiresInDays: 9 });
  const eternal = await ada.createToken({ name: 'eternal', expiresInDays: null });
  for (const { token } of [week, day, off, revoked, eternal]) await use(desk, token);
  desk.clock.advance({ days: 0.5 });
  await ada.send(`PATCH /api/v1/tokens/${off.credential.id}`, { body: { enabled: false } });
  await ada.revokeToken(revoked.credential.id);
  desk.clock.advance({ days: 2 });
  assert.equal(await notifyExpiring(desk.runtime), 0);
  desk.clock.advance({ days: 3.8 });
  assert.equal(await notifyExpiring(desk.runtime), 1);
  assert.deepEqual(await noticesOf(desk, desk.ada), ['expires_1 a week']);
});

test('a deactivated owner is not told', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { token } = await bob.createToken({ name: 'ci', expiresInDays: 20 });
  await use(desk, token);
  await desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { body: {} });
  desk.clock.advance({ days: 10 });
  assert.equal(await notifyExpiring(desk.runtime), 0);
});

test('the first use that an expired token is refused is told, later ones are not', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const { token } = await desk.ada.createToken({ name: 'ci', expiresInDays: 1 });
  desk.clock.advance({ days: 1 });
  assert.deepEqual(await noticesOf(desk, desk.ada), []);
  for (const days of [0, 0, 3]) {
    desk.clock.advance({ days });
    assert.equal((await desk.send('GET /api/v1/me', { token })).problem?.code, 'token_expired');
  }
  assert.deepEqual(await noticesOf(desk, desk.ada), ['expired_in_use ci']);
  await desk.runJobs();
  assert.deepEqual(
    mailbox.mails.map((mail) => mail.subject),
    ['Your token "ci" has expired and is still being used'],
  );
});

test('what waits to be mailed is not, once the token is revoked or the notice put away', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const tokens = [];
  for (const name of ['revoked', 'put away', 'kept'])
    tokens.push(await desk.ada.createToken({ name, expiresInDays: 20 }));
  for (const { token } of tokens) await use(desk, token);
  desk.clock.advance({ days: 10 });
  await notifyExpiring(desk.runtime);
  const ada = await signIn(desk, desk.ada.email, desk.ada.password);
  await ada.revokeToken(tokens[0]?.credential.id ?? '');
  const { items } = (await ada.send('GET /api/v1/notices')).body as unknown as NoticesView;
  const away = items.find((notice) => notice.token?.name === 'put away');
  expect(204, await ada.send(`POST /api/v1/notices/${away?.id}/dismiss`));
  await desk.runJobs();
  assert.deepEqual(
    mailbox.mails.map((mail) => /"(.*)"/.exec(mail.subject ?? '')?.[1]),
    ['kept'],
  );
});

test('a notice is its owner’s: nobody else sees it or puts it away, and a token cannot', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'admin');
  const { token } = await desk.ada.createToken({ name: 'ci' });
  await desk.send(`GET /api/v1/me?token=${token}`);
  const { items } = (await desk.ada.send('GET /api/v1/notices')).body as unknown as NoticesView;
  const dismiss = `POST /api/v1/notices/${items[0]?.id}/dismiss`;
  assert.equal(items.length, 1);
  assert.deepEqual((await bob.send('GET /api/v1/notices')).body, { items: [] });
  assert.equal((await bob.send(dismiss)).status, 404);
  assert.equal((await desk.send(dismiss, { token })).problem?.code, 'session_required');
  assert.equal((await desk.send('GET /api/v1/notices', { token })).status, 200);
  for (let times = 0; times < 2; times++) assert.equal((await desk.ada.send(dismiss)).status, 204);
  assert.deepEqual((await desk.ada.send('GET /api/v1/notices')).body, { items: [] });
  assert.equal((await desk.sql("select from audit_events where action = 'notice.dismiss'")).length, 1);
});

test('the owner of an agent is told of a code that came back, until it is enrolled again', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const bob = await desk.join('Bob', 'member');
  await desk.runJobs();
  const before = mailbox.mails.length;
  const { agent, code } = await createAgent(desk.ada, { name: 'runner', ownerId: bob.id });
  await enrollByCode(desk, code);
  await redeemAgentCode(desk, code);
  await desk.runJobs();
  assert.deepEqual(await noticesOf(desk, bob), ['agent_code_reused runner']);
  assert.deepEqual(await noticesOf(desk, desk.ada), []);
  const [mail, ...more] = mailbox.mails.slice(before);
  assert.equal(more.length, 0);
  assert.equal(mail?.subject, 'The enrollment code of your agent "runner" was used twice');
  assert.match(mail?.text ?? '', new RegExp(`/agents\\?agent=${agent.id}`));
  assert.doesNotMatch(mail?.text ?? '', /begins with/);
  desk.clock.advance({ seconds: 1 });
  const again = expect(201, await desk.ada.send(`POST /api/v1/agents/${agent.id}/code`, { body: {} }));
  await enrollByCode(desk, textOf(again.body['code']));
  assert.deepEqual(await noticesOf(desk, bob), []);
});
