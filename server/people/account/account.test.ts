import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { expect, goodPassword, signIn, type Person } from '#server/testing/person.ts';

const newPassword = 'eleven herons on the weir';
const change = (person: Person, body: object) => person.send('POST /api/v1/account/password', { body });
const login = (desk: Desk, password: string) =>
  desk.send('POST /api/v1/auth/login', { body: { email: 'ada@example.com', password } });

test('one sees oneself, and how one gets in', async () => {
  await using desk = await openDesk();
  const { body } = await desk.ada.send('GET /api/v1/account');
  assert.equal(body['user']?.['email'], 'ada@example.com');
  assert.deepEqual(body['ways'], ['password']);
  assert.deepEqual(body['identities'], []);
});

test('one’s own name changes, and the audit log keeps both', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'viewer');
  const answer = await bob.send('PATCH /api/v1/account', { body: { name: 'Robert' } });
  assert.equal(answer.body['user']?.['name'], 'Robert');
  const [row] = await desk.sql<{ detail: object }>(
    "select detail from audit_events where action = 'user.update'",
  );
  assert.deepEqual(row?.detail, { changes: { name: { from: 'Bob', to: 'Robert' } } });
  for (const field of [{ role: 'admin' }, { email: 'x@example.com' }, { name: '' }])
    assert.equal((await bob.send('PATCH /api/v1/account', { body: { name: 'B', ...field } })).status, 422);
});

test('a new password needs the present one, ends every other session and renews this one', async () => {
  await using desk = await openDesk();
  const other = await signIn(desk, desk.ada.email, goodPassword);
  desk.clock.advance({ hours: 13 });
  const wrong = await change(desk.ada, { currentPassword: 'not this one', newPassword });
  assert.equal(wrong.status, 422);
  assert.equal(wrong.problem?.errors?.[0]?.path, 'currentPassword');
  assert.equal((await change(desk.ada, { newPassword })).problem?.errors?.[0]?.path, 'currentPassword');
  assert.equal((await other.send('GET /api/v1/me')).status, 200);

  assert.equal((await change(desk.ada, { currentPassword: goodPassword, newPassword })).status, 204);
  assert.equal((await other.send('GET /api/v1/me')).status, 401);
  assert.equal((await desk.ada.send('GET /api/v1/me')).status, 200);
  await desk.ada.createToken({ name: 'laptop' });
  assert.equal((await login(desk, goodPassword)).status, 401);
  assert.equal((await login(desk, newPassword)).status, 200);
});

test('a new password that will not do is refused', async () => {
  await using desk = await openDesk();
  for (const bad of ['short', 'password123', goodPassword, 'ada@example.com']) {
    const refused = await change(desk.ada, { currentPassword: goodPassword, newPassword: bad });
    assert.equal(refused.status, 422, bad);
    assert.equal(refused.problem?.errors?.[0]?.path, 'newPassword');
  }
  assert.equal((await login(desk, goodPassword)).status, 200);
});

test('somebody without a password gives themselves one by a recent sign-in only', async () => {
  await using desk = await openDesk();
  await desk.sql('update users set password_hash = null');
  assert.deepEqual((await desk.ada.send('GET /api/v1/account')).body['ways'], []);
  desk.clock.advance({ hours: 13 });
  assert.equal((await change(desk.ada, { newPassword })).problem?.code, 'sign_in_again');
  await desk.sql('update sessions set confirmed_at = $1', [desk.clock.now()]);
  assert.equal((await change(desk.ada, { newPassword })).status, 204);
  assert.equal((await login(desk, newPassword)).status, 200);
});

test('changing the password is audited as one’s own, without either password', async () => {
  await using desk = await openDesk();
  await change(desk.ada, { currentPassword: goodPassword, newPassword });
  const [row] = await desk.sql<{ detail: object; all: string }>(
    "select detail, a::text as all from audit_events a where action = 'user.set_password'",
  );
  assert.deepEqual(row?.detail, { own: true, sessionsEnded: 0 });
  assert.doesNotMatch(row?.all ?? '', /lanterns|herons|argon2/);
});

test('one sees where one is signed in, and ends one of these or all others', async () => {
  await using desk = await openDesk();
  const others = [
    await signIn(desk, desk.ada.email, goodPassword),
    await signIn(desk, desk.ada.email, goodPassword),
  ];
  const listed = async () =>
    (await desk.ada.send('GET /api/v1/account/sessions')).body['items'] as unknown as {
      id: string;
      isCurrent: boolean;
    }[];
  const before = await listed();
  assert.equal(before.length, 3);
  assert.equal(before.filter((session) => session.isCurrent).length, 1);
  const one = before.find((session) => !session.isCurrent);
  assert.equal((await desk.ada.send(`DELETE /api/v1/account/sessions/${one?.id}`)).status, 204);
  assert.equal((await desk.ada.send(`DELETE /api/v1/account/sessions/${one?.id}`)).status, 404);
  const ended = await desk.ada.send('POST /api/v1/account/sessions/revoke-others');
  assert.deepEqual(ended.body, { ended: 1 });
  for (const other of others) assert.equal((await other.send('GET /api/v1/me')).status, 401);
  assert.equal((await listed()).length, 1);
  assert.equal((await desk.sql("select from audit_events where action = 'session.revoke'")).length, 2);
});

test('another person’s session is as unknown as one that never was, and no token reaches an account', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const [row] = await desk.sql<{ id: string }>('select id from sessions where user_id = $1', [desk.ada.id]);
  assert.equal((await bob.send(`DELETE /api/v1/account/sessions/${row?.id}`)).status, 404);
  assert.equal((await desk.ada.send('GET /api/v1/me')).status, 200);
  const { token } = await bob.createToken({ name: 'ci' });
  assert.equal((await desk.send('GET /api/v1/account', { token })).problem?.code, 'session_required');
});

test('a password that an admin chose lets nobody in: it is good once, to choose another', async () => {
  await using desk = await openDesk();
  const eve = await desk.join('Eve', 'admin');
  // Ada is a platform admin: no other admin chooses a password for her.
  await desk.sql('update users set platform_admin = true where id = $1', [eve.id]);
  const chosen = 'chosen by an admin for you';
  const setPassword = `POST /api/v1/users/${desk.ada.id}/set-password`;
  expect(204, await eve.send(setPassword, { body: { password: chosen } }));
  const answer = await login(desk, chosen);
  assert.equal(answer.status, 403);
  assert.equal(answer.problem?.code, 'password_change_required');
  assert.match(answer.problem?.resetUrl ?? '', /^http:\/\/localhost:\d+\/reset#code=\w{32}$/);
  assert.deepEqual(answer.headers.getSetCookie(), []);
  assert.equal((await login(desk, chosen)).status, 401, 'it is used up');
  const [code] = await desk.sql<{ purpose: string }>(
    'select purpose from one_time_codes where consumed_at is null',
  );
  assert.equal(code?.purpose, 'reset');
  const complete = (password: string) =>
    desk.send('POST /trpc/users.completeReset', {
      body: { code: answer.problem?.resetUrl?.split('code=')[1], password },
    });
  assert.equal((await complete(chosen)).problem?.code, 'validation_failed', 'the admin knows that one');
  assert.ok((await complete('eleven herons on the weir')).status < 300);
});
