import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { touchSessions } from '#server/core/sessions/queries.ts';
import type { Answer } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { goodPassword, signIn } from '#server/testing/person.ts';

/** Has the database undo so many transactions, as it does to one of two that wait for each other. */
async function undoNext({ sql }: Desk, count: number, table: string, code: string): Promise<void> {
  await sql(`create sequence undone;
    create function undo() returns trigger language plpgsql security definer as $$ begin
      if nextval('undone') <= ${count} then raise exception 'undone' using errcode = '${code}'; end if;
      return new;
    end $$;
    create trigger undo before insert or update on ${table} for each row execute function undo()`);
}

for (const code of ['40P01', '40001'])
  test(`a change that the database undid with ${code} runs again, and is made once`, async () => {
    await using desk = await openDesk();
    await undoNext(desk, 3, 'audit_events', code);
    const made = await desk.ada.createToken({ name: 'laptop' });
    assert.equal((await desk.send('GET /api/v1/me', { token: made.token })).status, 200);
    assert.equal((await desk.sql('select from credentials')).length, 1);
    assert.equal((await desk.sql("select from audit_events where action = 'token.create'")).length, 1);
    assert.equal(desk.logged.filter((line) => line.includes('undone in favour of another')).length, 3);
  });

test('a change that is undone again and again is answered 503 with a time to wait, and changes nothing', async () => {
  await using desk = await openDesk();
  await undoNext(desk, 1_000, 'audit_events', '40P01');
  const refused = await desk.ada.send('POST /api/v1/tokens', { body: { name: 'laptop' } });
  assert.equal(refused.status, 503);
  assert.equal(refused.problem?.code, 'unavailable');
  assert.match(refused.problem.detail, /Nothing was changed/);
  assert.equal(refused.headers.get('retry-after'), '2');
  assert.equal((await desk.sql('select from credentials')).length, 0);
  const [row] = await desk.sql<{ tries: string }>('select last_value as tries from undone');
  assert.equal(row?.tries, '5');
});

test('what is wrong is not tried again', async () => {
  await using desk = await openDesk();
  await undoNext(desk, 1, 'audit_events', '22000');
  const refused = await desk.ada.send('POST /api/v1/tokens', { body: { name: 'laptop' } });
  assert.equal(refused.status, 500);
});

test('uses whose writing the database undid are written, not dropped', async () => {
  await using desk = await openDesk();
  const { token, credential } = await desk.ada.createToken({ name: 'laptop' });
  await undoNext(desk, 8, 'credential_last_use', '40P01');
  await desk.send('GET /api/v1/me', { token });
  await desk.settle();
  await desk.settle();
  const shown = await desk.ada.send(`GET /api/v1/tokens/${credential.id}`);
  assert.equal(shown.body['useCount'], 1);
});

const assertNoDeadlock = ({ logged }: Desk) =>
  assert.deepEqual(
    logged.filter((line) => line.includes('undone in favour of another')),
    [],
  );

/** Two calls at two servers, one or both kept waiting for a row and let go once they are. Returns their statuses. */
async function collide(
  desk: Desk,
  row: { table: string; id: string; keepsWaiting: 1 | 2 },
  [first, second]: [call: () => Promise<Answer>, call: () => Promise<Answer>],
): Promise<number[]> {
  await desk.sql('begin');
  await desk.sql(`select from ${row.table} where id = $1 for no key update`, [row.id]);
  const started = [first()];
  await desk.untilBlocked();
  started.push(second());
  if (row.keepsWaiting === 2) await desk.untilBlocked(2);
  else await started[1];
  await desk.sql('rollback');
  const answers = await Promise.all(started);
  return answers.map(({ status }) => status);
}

test('an admin who renames a token of theirs and one who revokes it in bulk both succeed, on two servers', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const { credential } = await desk.ada.createToken({ name: 'laptop' });
  const { id } = credential;
  const statuses = await collide(desk, { table: 'credentials', id, keepsWaiting: 2 }, [
    // It holds the admin and waits for the token.
    () => desk.ada.send(`PATCH /api/v1/tokens/${id}`, { body: { name: 'renamed' } }),
    // It waits behind the other, and needs the admin for a foreign key.
    () =>
      other.send('POST /api/v1/admin/tokens/bulk', {
        cookie: desk.ada.cookie,
        body: { ids: [id], action: 'revoke' },
      }),
  ]);
  assert.deepEqual(statuses, [200, 200]);
  assertNoDeadlock(desk);
});

test('of a token revoked in bulk while its owner is deleted nothing is lost, on two servers', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const [bob, eve] = [await desk.join('Bob', 'member'), await desk.join('Eve', 'admin')];
  const { credential } = await bob.createToken({ name: 'laptop' });
  const ids = [credential.id];
  const statuses = await collide(desk, { table: 'users', id: eve.id, keepsWaiting: 1 }, [
    () => desk.ada.send(`DELETE /api/v1/users/${bob.id}`),
    () =>
      other.send('POST /api/v1/admin/tokens/bulk', { cookie: eve.cookie, body: { ids, action: 'revoke' } }),
  ]);
  assert.deepEqual(statuses, [204, 200]);
  await desk.runJobs();
  const rows = await desk.sql<{ action: string }>(
    "select action from audit_events where action like 'token.%revoke' or action = 'user.delete' order by action",
  );
  // Whichever came first, the token was revoked once.
  assert.deepEqual(
    rows.map(({ action }) => action.replace('token.admin_revoke', 'token.revoke')),
    ['token.revoke', 'user.delete'],
  );
  assertNoDeadlock(desk);
});

test('the use of sessions is written while their person signs out everywhere, in any order of arrival', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  for (let n = 0; n < 3; n++) await signIn(desk, bob.email, goodPassword);
  const rows = await desk.sql<{ id: string; hash: Buffer }>(
    'select id, hash from sessions where user_id = $1 order by id desc',
    [bob.id],
  );
  const at = desk.clock.now();
  await desk.sql('begin');
  await desk.sql('select from sessions where id = $1 for no key update', [rows.at(-1)?.id]);
  const touched = touchSessions(
    desk.runtime.db,
    rows.map(({ hash }) => ({ hash, at })),
  );
  await desk.untilBlocked();
  const ended = desk.ada.send(`POST /api/v1/users/${bob.id}/revoke-sessions`, { body: {} });
  await sleep(50);
  await desk.sql('rollback');
  await touched;
  assert.deepEqual((await ended).body, { revoked: 4 });
  assertNoDeadlock(desk);
});
