import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recoverPassword } from '#server/people/offboarding/recover-access.ts';
import { Secret } from '#server/secret.ts';
import { textOf } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { openMailbox } from '#server/testing/mailbox.ts';
import { codeOf, expect, goodPassword, type Person } from '#server/testing/person.ts';

const newPassword = 'eleven herons on the weir';
const subject = 'Your Keyward account now has a password';

type Way = (desk: Desk, bob: Person) => Promise<unknown>;

async function byReset({ ada, ...desk }: Desk, bob: Person) {
  const made = expect(200, await ada.send(`POST /api/v1/users/${bob.id}/reset-password`, { body: {} }));
  const code = codeOf(textOf(made.body['resetUrl']));
  expect(200, await desk.send('POST /trpc/users.completeReset', { body: { code, password: newPassword } }));
}

/** Each way by which an account can get a password. */
const ways: Record<string, Way> = {
  'a reset link': byReset,
  'an admin': async ({ ada }, bob) =>
    expect(
      204,
      await ada.send(`POST /api/v1/users/${bob.id}/set-password`, { body: { password: newPassword } }),
    ),
  'the account page': async (_, bob) =>
    expect(204, await bob.send('POST /api/v1/account/password', { body: { newPassword } })),
  'an operator': ({ runtime }, bob) =>
    recoverPassword(runtime, { email: bob.email, password: new Secret(newPassword) }),
};

for (const [what, give] of Object.entries(ways)) {
  test(`a first password by ${what} sends an email and a notice, and a second one does not`, async () => {
    await using mailbox = await openMailbox();
    await using desk = await openDesk({ settings: mailbox.settings });
    const bob = await desk.join('Bob', 'member');
    await desk.sql('update users set password_hash = null where id = $1', [bob.id]);
    await desk.runJobs();
    mailbox.mails.length = 0;
    const sent = async () => {
      await desk.runJobs();
      return mailbox.mails.filter((mail) => mail.subject === subject);
    };
    await give(desk, bob);
    const [mail, ...more] = await sent();
    assert.equal(mail?.to?.[0]?.address, bob.email);
    const [notice] = await desk.sql<{ kind: string; user_id: string }>('select kind, user_id from notices');
    assert.deepEqual(notice, { kind: 'password_set', user_id: bob.id });
    assert.doesNotMatch(mail?.text ?? '', /herons|code=/);
    assert.equal(more.length, 0);
    await byReset(desk, bob);
    assert.equal((await sent()).length, 1);
  });
}

test('without a mail server a notice is on the page until it is dismissed', async () => {
  await using desk = await openDesk();
  await desk.sql('update users set password_hash = null');
  const body = { newPassword };
  expect(204, await desk.ada.send('POST /api/v1/account/password', { body }));
  type Notices = { id: string; kind: string; token: null }[];
  const listed = async () => (await desk.ada.send('GET /api/v1/notices')).body['items'] as unknown as Notices;
  const [notice] = await listed();
  assert.equal(notice?.kind, 'password_set');
  assert.equal(notice.token, null);
  expect(204, await desk.ada.send(`POST /api/v1/notices/${notice.id}/dismiss`, { body: {} }));
  assert.deepEqual(await listed(), []);
});

test('an invite that ends in a password sends an email, and no notice to who has just chosen it', async () => {
  await using mailbox = await openMailbox();
  await using desk = await openDesk({ settings: mailbox.settings });
  const bob = await desk.join('Bob', 'member');
  await desk.runJobs();
  const mail = mailbox.mails.find((one) => one.subject === subject);
  assert.equal(mail?.to?.[0]?.address, bob.email);
  assert.deepEqual((await bob.send('GET /api/v1/notices')).body['items'], []);
});

test('a password is as long as the form that it is hashed in, wherever it is given', async () => {
  await using desk = await openDesk();
  // Three code units as typed, one character in that form.
  const [longest, tooLong] = [256, 257].map((count) => '\u1100\u1161\u11A8'.repeat(count));
  const change = (password: string, current: string) =>
    desk.ada.send('POST /api/v1/account/password', {
      body: { currentPassword: current, newPassword: password },
    });
  const refused = await change(tooLong ?? '', goodPassword);
  assert.equal(refused.problem?.errors?.[0]?.message, 'At most 256 characters.');
  assert.equal((await change(longest ?? '', goodPassword)).status, 204);
  const login = (password: string) =>
    desk.send('POST /api/v1/auth/login', { body: { email: desk.ada.email, password } });
  assert.equal((await login(longest ?? '')).status, 200);
  assert.equal((await login((longest ?? '').normalize('NFKC'))).status, 200);
  assert.equal(
    (await desk.ada.send('POST /api/v1/auth/confirm', { body: { password: longest } })).status,
    204,
  );
  assert.equal((await login(tooLong ?? '')).status, 422);
  // Four characters of two code units each are four.
  assert.equal((await change('😀'.repeat(4), longest ?? '')).status, 422);
  assert.equal((await change('😀'.repeat(8), longest ?? '')).status, 204);
});
