import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HoldingsView } from '#server/people/users/schema.ts';
import { statusesOf } from '#server/testing/caller.ts';
import { openDesk } from '#server/testing/desk.ts';
import { goodPassword, signIn } from '#server/testing/person.ts';

const grace = { name: 'Grace Hopper', email: 'grace@example.com', role: 'member', password: goodPassword };

test('an admin adds a person with a password, which is good for choosing another and then signing in', async () => {
  await using desk = await openDesk();
  const made = await desk.ada.send('POST /api/v1/users', { body: grace });
  assert.equal(made.status, 201);
  assert.equal(made.body['status'], 'active');
  const body = { email: 'grace@example.com', password: goodPassword };
  const { resetUrl = '' } = (await desk.send('POST /api/v1/auth/login', { body })).problem ?? {};
  const own = { code: resetUrl.split('code=')[1], password: 'eleven herons on the weir' };
  assert.ok((await desk.send('POST /trpc/users.completeReset', { body: own })).status < 300);
  assert.equal((await signIn(desk, 'grace@example.com', own.password)).role, 'member');
});

test('an address is one person’s, in whatever case it is written', async () => {
  await using desk = await openDesk();
  await desk.ada.send('POST /api/v1/users', { body: grace });
  const taken = await desk.ada.send('POST /api/v1/users', { body: { ...grace, email: 'GRACE@Example.com' } });
  assert.equal(taken.status, 409);
  assert.equal(taken.problem?.code, 'email_taken');
  await assert.rejects(
    desk.sql("update users set email = 'Ada@Example.com' where email = 'grace@example.com'"),
    /users_email/,
  );
});

test('of ten people added at once with one address one is', async () => {
  await using desk = await openDesk();
  const tries = Array.from({ length: 10 }, () => desk.ada.send('POST /api/v1/users', { body: grace }));
  const statuses = statusesOf(await Promise.all(tries));
  assert.deepEqual(statuses, [201, ...Array<number>(9).fill(409)]);
});

const unacceptable: [string, object][] = [
  ['no address', { email: '' }],
  ['an address that is none', { email: 'grace' }],
  ['an unknown role', { role: 'root' }],
  ['a short password', { password: 'seven77' }],
  ['a password of 257 characters', { password: 'x'.repeat(257) }],
  ['a common password', { password: 'password123' }],
  ['a tenant', { tenantId: '01900000-0000-7000-8000-000000000000' }],
  ['an id', { id: '01900000-0000-7000-8000-000000000000' }],
  ['half a surrogate pair', { name: '\ud800' }],
  ['a NUL', { name: 'a\0b' }],
];
test('a person with values that will not do is not added', async (t) => {
  await using desk = await openDesk();
  for (const [what, change] of unacceptable) {
    await t.test(what, async () => {
      const refused = await desk.ada.send('POST /api/v1/users', { body: { ...grace, ...change } });
      assert.equal(refused.status, 422, refused.text);
    });
  }
  assert.equal((await desk.sql('select from users')).length, 1);
});

test('name, address and role change, and the audit log keeps old and new', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const changes = { name: 'Robert', email: 'robert@example.com', role: 'manager' };
  const changed = await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: changes });
  assert.equal(changed.status, 200);
  assert.equal(changed.body['role'], 'manager');
  assert.equal((await bob.send('GET /api/v1/me')).body['user']?.['name'], 'Robert');
  const changesOf = async (action: string) =>
    (await desk.sql<{ detail: unknown }>(`select detail from audit_events where action = '${action}'`)).map(
      ({ detail }) => detail,
    );
  assert.deepEqual(await changesOf('user.update'), [
    {
      changes: {
        name: { from: 'Bob', to: 'Robert' },
        email: { from: 'bob@example.com', to: 'robert@example.com' },
      },
    },
  ]);
  const role = { from: 'member', to: 'manager' };
  assert.deepEqual(await changesOf('user.role_changed'), [{ changes: { role } }]);
  const again = await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: changes });
  assert.equal(again.status, 200);
  assert.equal((await changesOf('user.update')).length, 1, 'nothing changed');
  assert.equal((await changesOf('user.role_changed')).length, 1, 'nothing changed');
});

test('a higher role lets tokens of everything do more, unless they are left as they are', async () => {
  await using desk = await openDesk();
  for (const narrowTokens of [true, false]) {
    const bob = await desk.join(narrowTokens ? 'Bob' : 'Eve', 'member');
    const whole = await bob.createToken({ name: 'whole' });
    const narrow = await bob.createToken({ name: 'narrow', permissions: ['mcp:call'] });
    const { body } = await desk.ada.send(`GET /api/v1/users/${bob.id}`);
    const held = (body['holds'] as unknown as HoldingsView).tokens;
    assert.deepEqual(
      held.map(({ name, isWhole }) => [name, isWhole]),
      [
        ['narrow', false],
        ['whole', true],
      ],
    );
    const gains = body['gains'] as unknown as Record<string, string[]>;
    assert.deepEqual([gains['viewer'], gains['member']], [[], []]);
    assert.ok(gains['admin']?.includes('users:write') && !gains['manager']?.includes('users:write'));
    const mayOf = async ({ token }: { token: string }) =>
      (await desk.send('GET /api/v1/me', { token })).body['permissions'] as unknown as string[];
    const before = await mayOf(whole);
    const raise = { role: 'admin', narrowTokens };
    assert.equal((await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: raise })).status, 200);
    const after = await mayOf(whole);
    if (narrowTokens) assert.deepEqual(after, before);
    else assert.ok(after.includes('users:write'));
    assert.deepEqual(await mayOf(narrow), ['mcp:call']);
    const lower = { role: 'viewer', narrowTokens: true };
    assert.equal((await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: lower })).status, 200);
    const rows = await desk.sql(
      `select from audit_events where action = 'token.update' and resource_id = '${whole.credential.id}'`,
    );
    assert.equal(rows.length, narrowTokens ? 1 : 0, 'a lower role leaves tokens as they are');
  }
});

test('nobody deactivates or demotes themselves', async () => {
  await using desk = await openDesk();
  await desk.join('Bob', 'admin');
  const { ada } = desk;
  for (const [call, body] of [
    [`POST /api/v1/users/${ada.id}/deactivate`, {}],
    [`PATCH /api/v1/users/${ada.id}`, { role: 'member' }],
  ] as const) {
    const refused = await ada.send(call, { body });
    assert.equal(refused.status, 409);
    assert.equal(refused.problem?.code, 'own_account');
  }
  assert.equal((await ada.send(`PATCH /api/v1/users/${ada.id}`, { body: { name: 'Ada L.' } })).status, 200);
});

test('of two admins who demote each other at once exactly one succeeds, on two servers, every time', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const bob = await desk.join('Bob', 'admin');
  for (let round = 0; round < 10; round++) {
    await desk.sql("update users set role = 'admin'");
    const answers = await Promise.all([
      desk.ada.send(`PATCH /api/v1/users/${bob.id}`, { body: { role: 'member' } }),
      other.send(`PATCH /api/v1/users/${desk.ada.id}`, { cookie: bob.cookie, body: { role: 'member' } }),
    ]);
    assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
    const refused = answers.find((answer) => answer.status !== 200);
    assert.match(refused?.problem?.code ?? '', /^(last_admin|permission_denied)$/);
    const [row] = await desk.sql<{ count: string }>("select count(*) from users where role = 'admin'");
    assert.equal(Number(row?.count), 1);
  }
});

test('whoever stopped being an admin while waiting for the lock changes nothing', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'admin');
  const eve = await desk.join('Eve', 'admin');
  const answers = await Promise.all([
    desk.ada.send(`POST /api/v1/users/${bob.id}/deactivate`, { body: {} }),
    bob.send(`POST /api/v1/users/${desk.ada.id}/deactivate`, { body: {} }),
    bob.send(`PATCH /api/v1/users/${eve.id}`, { body: { role: 'viewer' } }),
  ]);
  const [row] = await desk.sql<{ count: string }>(
    "select count(*) from users where role = 'admin' and deactivated_at is null",
  );
  assert.ok(Number(row?.count) >= 1);
  assert.notDeepEqual([answers[0]?.status, answers[1]?.status], [200, 200]);
});

test('deactivating keeps who, when and why, and doing it again changes nothing', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const path = `/api/v1/users/${bob.id}`;
  const first = await desk.ada.send(`POST ${path}/deactivate`, { body: { reason: 'Left the company' } });
  assert.equal(first.body['status'], 'deactivated');
  assert.equal(first.body['deactivateReason'], 'Left the company');
  const second = await desk.ada.send(`POST ${path}/deactivate`, { body: { reason: 'Other' } });
  assert.deepEqual({ ...second.body, cutOff: first.body['cutOff'] }, first.body);
  const activated = await desk.ada.send(`POST ${path}/activate`, { body: {} });
  assert.equal(activated.body['status'], 'active');
  assert.equal(activated.body['deactivateReason'], null);
  const actions = await desk.sql<{ action: string }>(
    "select action from audit_events where resource_label = 'bob@example.com' order by sequence",
  );
  assert.deepEqual(
    actions.map((row) => row.action),
    ['user.create', 'user.accept_invite', 'user.deactivate', 'user.activate'],
  );
});

test('a person of another tenant is as unknown as one that never was', async () => {
  await using desk = await openDesk();
  await desk.sql(
    "insert into tenants (id, slug, name, created_at) values (gen_random_uuid(), 'other', 'Other', now())",
  );
  const [mallory] = await desk.sql<{ id: string }>(
    `insert into users (id, tenant_id, email, name, role, created_at)
     select gen_random_uuid(), id, 'mallory@example.com', 'Mallory', 'admin', now() from tenants where slug = 'other' returning id`,
  );
  for (const [call, body] of [
    [`PATCH /api/v1/users/${mallory?.id}`, { role: 'viewer' }],
    [`POST /api/v1/users/${mallory?.id}/deactivate`, {}],
    [`POST /api/v1/users/${mallory?.id}/activate`, {}],
  ] as const) {
    const refused = await desk.ada.send(call, { body });
    assert.equal(refused.status, 404, call);
  }
});

test('a token opens no way in that leads further than itself', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'viewer');
  const { token: narrow } = await desk.ada.createToken({ name: 'narrow', permissions: ['users:write'] });
  const { token: whole } = await desk.ada.createToken({ name: 'whole' });
  const eve = { name: 'Eve', email: 'eve@example.com', role: 'admin' };
  const deeds: [string, object?][] = [
    ['POST /api/v1/users', eve],
    ['POST /api/v1/users', { ...eve, role: 'viewer' }],
    [`PATCH /api/v1/users/${bob.id}`, { role: 'admin' }],
    [`PATCH /api/v1/users/${bob.id}`, { email: 'mine@example.com' }],
    [`POST /api/v1/users/${bob.id}/reset-password`],
    [`POST /api/v1/users/${bob.id}/set-password`, { password: goodPassword }],
  ];
  for (const [call, body = {}] of deeds) {
    const refused = await desk.send(call, { token: narrow, body });
    assert.equal(refused.problem?.code, 'permission_denied', call);
  }
  const renamed = await desk.send(`PATCH /api/v1/users/${bob.id}`, {
    token: narrow,
    body: { name: 'Robert' },
  });
  assert.equal(renamed.status, 200);
  for (const [call, body = {}] of deeds.slice(1)) {
    const done = await desk.send(call, { token: whole, body });
    assert.ok(done.status < 300, `${call}: ${done.text}`);
  }
});

test('an old sign-in moves no address: a magic link would go there', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  desk.clock.advance({ hours: 13 });
  const moved = { body: { email: 'mine@example.com' } };
  for (const id of [bob.id, desk.ada.id]) {
    const refused = await desk.ada.send(`PATCH /api/v1/users/${id}`, moved);
    assert.equal(refused.problem?.code, 'sign_in_again');
  }
  await desk.ada.confirm();
  assert.equal((await desk.ada.send(`PATCH /api/v1/users/${bob.id}`, moved)).status, 200);
});
