import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { goodPassword, signIn, type Person } from '#server/testing/person.ts';

/** Each of the acts that need a recent sign-in. */
const acts: [string, (desk: Desk, person: Person) => ReturnType<Person['send']>][] = [
  ['making a token', (_, ada) => ada.send('POST /api/v1/tokens', { body: { name: 'laptop' } })],
  [
    'adding a person',
    (_, ada) =>
      ada.send('POST /api/v1/users', {
        body: { name: 'Eve', email: 'eve@example.com', role: 'member', password: goodPassword },
      }),
  ],
  [
    'changing a role',
    async (desk, ada) => {
      const [bob] = await desk.sql<{ id: string }>("select id from users where email = 'bob@example.com'");
      return ada.send(`PATCH /api/v1/users/${bob?.id}`, { body: { role: 'manager' } });
    },
  ],
];

const confirm = (person: Person, password: string) =>
  person.send('POST /api/v1/auth/confirm', { body: { password } });

test('what needs a recent sign-in is refused twelve hours after it, until the password is given again', async (t) => {
  for (const [what, act] of acts) {
    await t.test(what, async () => {
      await using desk = await openDesk();
      await desk.join('Bob', 'member');
      desk.clock.advance({ hours: 12, seconds: 1 });
      const refused = await act(desk, desk.ada);
      assert.equal(refused.status, 403, refused.text);
      assert.equal(refused.problem?.code, 'sign_in_again');

      assert.equal((await confirm(desk.ada, goodPassword)).status, 204);
      const done = await act(desk, desk.ada);
      assert.ok(done.status < 300, done.text);
    });
  }
});

test('it is not asked for within twelve hours of signing in, nor for a new name', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  desk.clock.advance({ hours: 12 });
  await desk.ada.createToken({ name: 'laptop' });
  desk.clock.advance({ hours: 1 });
  const renamed = await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { name: 'Robert' } });
  assert.equal(renamed.status, 200);
});

test('a token is asked for no sign-in', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { token } = await desk.ada.createToken({ name: 'ci' });
  desk.clock.advance({ days: 2 });
  const changed = await desk.send(`PATCH /api/v1/users/${bob.id}`, { token, body: { role: 'manager' } });
  assert.equal(changed.status, 200);
});

test('a wrong password confirms nothing, and confirming renews this session only', async () => {
  await using desk = await openDesk();
  const other = await signIn(desk, desk.ada.email, goodPassword);
  desk.clock.advance({ hours: 13 });
  const wrong = await confirm(desk.ada, 'not this one');
  assert.equal(wrong.status, 422);
  assert.deepEqual(wrong.problem?.errors, [{ path: 'password', message: 'This is not your password.' }]);
  const make = { body: { name: 'laptop' } };
  assert.equal((await desk.ada.send('POST /api/v1/tokens', make)).problem?.code, 'sign_in_again');

  await confirm(desk.ada, goodPassword);
  assert.equal((await other.send('POST /api/v1/tokens', make)).problem?.code, 'sign_in_again');
  assert.equal((await desk.ada.send('POST /api/v1/tokens', make)).status, 201);
  desk.clock.advance({ hours: 12, seconds: 1 });
  await desk.settle();
  const again = await desk.ada.send('POST /api/v1/tokens', { body: { name: 'other' } });
  assert.equal(again.problem?.code, 'sign_in_again');
});

test('confirming is audited, without the password', async () => {
  await using desk = await openDesk();
  await confirm(desk.ada, goodPassword);
  const rows = await desk.sql<{ actor_label: string; all: string }>(
    "select actor_label, a::text as all from audit_events a where action = 'session.confirm'",
  );
  assert.deepEqual(
    rows.map((row) => row.actor_label),
    ['ada@example.com'],
  );
  assert.doesNotMatch(rows[0]?.all ?? '', /lanterns/);
});

test('a sign-in is not renewed for a session that has ended, nor for a token', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'ci' });
  const byToken = await desk.send('POST /api/v1/auth/confirm', { token, body: { password: goodPassword } });
  assert.equal(byToken.problem?.code, 'session_required');
  await desk.ada.send('POST /api/v1/auth/logout');
  assert.equal((await confirm(desk.ada, goodPassword)).status, 401);
});
