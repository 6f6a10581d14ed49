import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UserDetailView } from '#server/people/users/schema.ts';
import { textOf } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { createAgent } from '#server/testing/enrollment.ts';
import { expect, goodPassword, signIn, type Person } from '#server/testing/person.ts';

const other = 'nine harbours under snow';
const unknown = '01900000-0000-7000-8000-000000000000';

/** Bob, in two browsers and with three tokens, of which two work. */
async function busyBob(desk: Desk): Promise<Person> {
  const bob = await desk.join('Bob', 'member');
  await signIn(desk, bob.email, goodPassword);
  await bob.createToken({ name: 'laptop' });
  await bob.createToken({ name: 'ci' });
  const { credential } = await bob.createToken({ name: 'old' });
  await bob.revokeToken(credential.id);
  return bob;
}

async function auditOf({ sql }: Desk, label: string, action: string) {
  return sql<{ detail: Record<string, unknown> }>(
    'select detail from audit_events where resource_label = $1 and action = $2 order by sequence',
    [label, action],
  );
}

test('a person is shown with what they get in with', async () => {
  await using desk = await openDesk();
  const bob = await busyBob(desk);
  const shown = expect(200, await desk.ada.send(`GET /api/v1/users/${bob.id}`));
  const { holds } = shown.body as unknown as UserDetailView;
  assert.deepEqual(holds.counts, { sessions: 2, tokens: 2, agents: 0 });
  assert.deepEqual(holds.tokens.map((token) => token.name).toSorted(), ['ci', 'laptop']);
});

test('the agents that act for a person are listed with what they hold, and told when it is cut off', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { agent } = await createAgent(desk.ada, { name: 'runner', ownerId: bob.id });
  const gone = await createAgent(desk.ada, { name: 'gone', ownerId: bob.id });
  await createAgent(desk.ada, { name: 'of-ada' });
  await desk.ada.send(`DELETE /api/v1/agents/${gone.agent.id}`);
  const shown = expect(200, await desk.ada.send(`GET /api/v1/users/${bob.id}`));
  const { holds } = shown.body as unknown as UserDetailView;
  assert.deepEqual([holds.agents, holds.counts.agents], [[{ id: agent.id, name: 'runner' }], 1]);
  const off = expect(200, await desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { body: {} }));
  assert.deepEqual(off.body['cutOff']?.['agents'], [{ id: agent.id, name: 'runner' }]);
  expect(204, await desk.ada.send(`DELETE /api/v1/users/${bob.id}`));
  const [row] = await auditOf(desk, bob.email, 'user.delete');
  assert.deepEqual(row?.detail, { revoked: { sessions: 0, tokens: 0, agents: 1 } });
  const kept = expect(200, await desk.ada.send(`GET /api/v1/agents/${agent.id}`));
  assert.equal(kept.body['owner']?.['active'], false);
});

test('deactivating tells what it cut off, once', async () => {
  await using desk = await openDesk();
  const bob = await busyBob(desk);
  const path = `POST /api/v1/users/${bob.id}/deactivate`;
  const { body } = expect(200, await desk.ada.send(path, { body: { reason: 'Left' } }));
  assert.deepEqual(body['cutOff']?.['counts'], { sessions: 2, tokens: 2, agents: 0 });
  assert.deepEqual(body['deactivatedBy'], { id: desk.ada.id, label: desk.ada.email });
  const again = expect(200, await desk.ada.send(path, { body: {} }));
  assert.deepEqual(again.body['cutOff']?.['counts'], { sessions: 0, tokens: 0, agents: 0 });
  const rows = await auditOf(desk, bob.email, 'user.deactivate');
  assert.deepEqual(
    rows.map((row) => row.detail),
    [{ reason: 'Left', cutOff: { sessions: 2, tokens: 2, agents: 0 } }],
  );
});

test('a deleted person is gone at once and their history stays', async () => {
  await using desk = await openDesk();
  const bob = await busyBob(desk);
  const { token } = await bob.createToken({ name: 'deploy' });
  expect(204, await desk.ada.send(`DELETE /api/v1/users/${bob.id}`));
  assert.equal((await bob.send('GET /api/v1/me')).status, 401);
  assert.equal((await desk.send('GET /api/v1/me', { token })).problem?.code, 'token_revoked');
  const login = await desk.send('POST /api/v1/auth/login', {
    body: { email: bob.email, password: goodPassword },
  });
  assert.equal(login.problem?.code, 'login_failed');

  const shown = expect(200, await desk.ada.send(`GET /api/v1/users/${bob.id}`));
  assert.equal(shown.body['status'], 'deleted');
  await desk.runJobs();
  assert.equal((await desk.sql('select from credentials where revoked_at is null')).length, 0);
  assert.equal((await desk.sql('select from credentials')).length, 4);
  assert.equal((await auditOf(desk, 'deploy', 'token.revoke')).length, 1);
  const [row] = await auditOf(desk, bob.email, 'user.delete');
  assert.deepEqual(row?.detail, { revoked: { sessions: 2, tokens: 3, agents: 0 } });
  const [kept] = await desk.sql<{ password_hash: string | null }>(
    'select password_hash from users where id = $1',
    [bob.id],
  );
  assert.equal(kept?.password_hash, null);
});

test('a deleted person’s address is free, and nothing more can be done to the old account', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  expect(204, await desk.ada.send(`DELETE /api/v1/users/${bob.id}`));
  const path = `/api/v1/users/${bob.id}`;
  for (const [call, body] of [
    [`DELETE ${path}`, undefined],
    [`PATCH ${path}`, { name: 'Bob' }],
    [`POST ${path}/activate`, {}],
    [`POST ${path}/invite`, {}],
    [`POST ${path}/reset-password`, {}],
    [`POST ${path}/set-password`, { password: other }],
    [`POST ${path}/revoke-sessions`, {}],
  ] as const) {
    assert.equal((await desk.ada.send(call, { body })).status, 404, call);
  }
  const again = await desk.join('Bob', 'viewer');
  assert.notEqual(again.id, bob.id);
});

test('nobody deletes themselves', async () => {
  await using desk = await openDesk();
  await desk.join('Bob', 'admin');
  const refused = await desk.ada.send(`DELETE /api/v1/users/${desk.ada.id}`);
  assert.equal(refused.status, 409);
  assert.equal(refused.problem?.code, 'own_account');
});

type Deed = (id: string) => [call: string, body: object | undefined];
const deeds: Deed[] = [
  (id) => [`DELETE /api/v1/users/${id}`, undefined],
  (id) => [`POST /api/v1/users/${id}/deactivate`, {}],
  (id) => [`PATCH /api/v1/users/${id}`, { role: 'member' }],
];

test('of the last two admins who end each other’s at once exactly one succeeds, on two servers', async (t) => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const pairs = deeds.flatMap((one) => deeds.map((two) => [one, two] as const));
  for (const [round, [mine, theirs]] of pairs.entries()) {
    await t.test(`pair ${round}`, async () => {
      await desk.sql("update users set role = 'admin' where id = $1", [desk.ada.id]);
      const [bob, eve] = [await desk.join(`Bob${round}`, 'admin'), await desk.join(`Eve${round}`, 'admin')];
      await desk.sql("update users set role = 'member' where id not in ($1, $2)", [bob.id, eve.id]);
      const [[call, body], [otherCall, otherBody]] = [mine(eve.id), theirs(bob.id)];
      const answers = await Promise.all([
        bob.send(call, { body }),
        other.send(otherCall, { body: otherBody, cookie: eve.cookie }),
      ]);
      assert.equal(answers.filter(({ status }) => status < 300).length, 1);
      const [row] = await desk.sql<{ count: number }>(
        `select count(*)::int from users where role = 'admin' and deactivated_at is null and deleted_at is null`,
      );
      assert.equal(row?.count, 1);
    });
  }
});

test('a set password ends the person’s sessions, is kept as an admin’s choice, and is never told', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const path = `POST /api/v1/users/${bob.id}/set-password`;
  const set = await desk.ada.send(path, { body: { password: other } });
  assert.equal(set.status, 204);
  assert.equal(set.text, '');
  assert.equal((await bob.send('GET /api/v1/me')).status, 401);
  const [row] = await desk.sql<{ password_chosen_by_admin: boolean }>(
    'select password_chosen_by_admin from users where id = $1',
    [bob.id],
  );
  assert.equal(row?.password_chosen_by_admin, true);
  const [audit] = await auditOf(desk, bob.email, 'user.set_password');
  assert.deepEqual(audit?.detail, { revoked: { sessions: 1 } });
  for (const password of ['short', 'password123', bob.email])
    assert.equal((await desk.ada.send(path, { body: { password } })).status, 422, password);
});

test('an admin sees where a person is signed in, and signs them out there or everywhere', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const second = await signIn(desk, bob.email, goodPassword);
  const path = `/api/v1/users/${bob.id}`;
  const listed = expect(200, await desk.ada.send(`GET ${path}/sessions`));
  const items = listed.body['items'] as unknown as { id: string; isCurrent: boolean; device: string }[];
  assert.equal(items.length, 2);
  assert.ok(items.every((session) => !session.isCurrent && session.device === 'node'));

  const me = await second.send('GET /api/v1/me');
  const id = textOf(me.body['session']?.['id']);
  assert.equal((await desk.ada.send(`DELETE ${path}/sessions/${unknown}`)).status, 404);
  assert.equal((await desk.ada.send(`DELETE /api/v1/users/${desk.ada.id}/sessions/${id}`)).status, 404);
  expect(204, await desk.ada.send(`DELETE ${path}/sessions/${id}`));
  assert.equal((await second.send('GET /api/v1/me')).status, 401);
  assert.equal((await bob.send('GET /api/v1/me')).status, 200);

  for (const revoked of [1, 0]) {
    const all = expect(200, await desk.ada.send(`POST ${path}/revoke-sessions`, { body: {} }));
    assert.deepEqual(all.body, { revoked });
  }
  assert.equal((await bob.send('GET /api/v1/me')).status, 401);
  assert.equal((await auditOf(desk, bob.email, 'session.revoke')).length, 2, 'nothing ended, no row');
});
