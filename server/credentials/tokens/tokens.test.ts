import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'drizzle-orm';
import { Secret } from '#server/secret.ts';
import { statusesOf } from '#server/testing/caller.ts';
import { openDesk } from '#server/testing/desk.ts';

test('a token made in a session says who its owner is, until it is revoked', async () => {
  await using desk = await openDesk();
  const { ada } = desk;
  const { token, credential } = await ada.createToken({ name: '  laptop  ' });
  assert.equal(credential.name, 'laptop');
  assert.equal(credential.status, 'active');
  assert.ok(token.startsWith(credential.prefix));

  const me = await desk.send('GET /api/v1/me', { token });
  assert.equal(me.status, 200);
  assert.equal(me.body['user']?.['email'], 'ada@example.com');
  assert.equal(me.body['credential']?.['id'], credential.id);
  assert.equal(me.body['session'], null);

  await ada.revokeToken(credential.id);
  const refused = await desk.send('GET /api/v1/me', { token });
  assert.equal(refused.status, 401);
  assert.equal(refused.problem?.code, 'token_revoked');
  assert.match(refused.headers.get('www-authenticate') ?? '', /^Bearer/);
});

test('only a hash and a prefix of a token are stored', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'laptop' });
  const [stored] = await desk.sql<{ hash: Buffer; prefix: string }>('select hash, prefix from secrets');
  assert.deepEqual(stored?.hash, new Secret(token).hash());
  assert.equal(stored?.prefix, token.slice(0, 15));
  const rows = await desk.sql<{ row: string }>(
    'select c::text as row from credentials c union all select a::text from audit_events a union all select s::text from secrets s',
  );
  for (const { row } of rows) assert.ok(!row.includes(token.slice(15)), row);
  assert.ok(!desk.logged.join('').includes(token.slice(7)));
});

test('a token never makes a token, whatever it may do', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'ci' });
  const refused = await desk.send('POST /api/v1/tokens', { token, body: { name: 'another' } });
  assert.equal(refused.status, 403);
  assert.equal(refused.problem?.code, 'session_required');
  const both = await desk.ada.send('POST /api/v1/tokens', { token, body: { name: 'another' } });
  assert.equal(both.problem?.code, 'session_required');
  assert.equal((await desk.sql('select from credentials')).length, 1);
});

test('without a word on its life a token lives 90 days; null makes it live for ever', async () => {
  await using desk = await openDesk();
  const { ada, clock } = desk;
  const quarter = await ada.createToken({ name: 'quarter' });
  assert.equal(Date.parse(quarter.credential.expiresAt ?? ''), clock.now().getTime() + 90 * 86_400_000);
  const eternal = await ada.createToken({ name: 'eternal', expiresInDays: null });
  assert.equal(eternal.credential.expiresAt, null);
  const longest = await ada.createToken({ name: 'longest', expiresInDays: 3_650 });
  assert.ok(longest.credential.expiresAt);
});

const unacceptable: [string, unknown][] = [
  ['no name', {}],
  ['an empty name', { name: '   ' }],
  ['a name of 65 characters', { name: 'x'.repeat(65) }],
  ['a name of two lines', { name: 'a\nb' }],
  ['a name that is a number', { name: 7 }],
  ['a life of 0 days', { name: 'x', expiresInDays: 0 }],
  ['a life of -1 days', { name: 'x', expiresInDays: -1 }],
  ['a life of 3651 days', { name: 'x', expiresInDays: 3_651 }],
  ['a life of 1.5 days', { name: 'x', expiresInDays: 1.5 }],
  ['a life of 1e12 days', { name: 'x', expiresInDays: 1e12 }],
  ['a life of "x"', { name: 'x', expiresInDays: 'x' }],
  ['a life of "90"', { name: 'x', expiresInDays: '90' }],
  ['an unknown field', { name: 'x', role: 'admin' }],
  ['an owner', { name: 'x', tenantId: '01900000-0000-7000-8000-000000000000' }],
  ['a permission that is none', { name: 'x', permissions: ['root'] }],
  ['no permissions at all', { name: 'x', permissions: [] }],
  ['* among others', { name: 'x', permissions: ['*', 'tokens:read'] }],
  ['an address that is none', { name: 'x', ipAllowlist: ['everywhere'] }],
  ['a range that is none', { name: 'x', ipAllowlist: ['203.0.113.0/33'] }],
];
test('a token with values that will not do is not made, and the answer says which', async (t) => {
  await using desk = await openDesk();
  for (const [what, body] of unacceptable) {
    await t.test(what, async () => {
      const refused = await desk.ada.send('POST /api/v1/tokens', { body });
      assert.equal(refused.status, 422);
      assert.equal(refused.problem?.code, 'validation_failed');
      assert.ok(refused.body['errors']?.['0']?.['message']);
    });
  }
  await t.test('__proto__', async () => {
    const refused = await desk.ada.send('POST /api/v1/tokens', {
      text: '{"name":"x","__proto__":{"role":"admin"}}',
      headers: { 'Content-Type': 'application/json' },
    });
    assert.equal(refused.status, 422);
  });
  assert.equal((await desk.sql('select from credentials')).length, 0);
});

test('a name is one live token’s: free again once that one is revoked or has expired', async () => {
  await using desk = await openDesk();
  const { ada, clock } = desk;
  const first = await ada.createToken({ name: 'laptop', expiresInDays: 1 });
  const taken = await ada.send('POST /api/v1/tokens', { body: { name: 'laptop' } });
  assert.equal(taken.status, 409);
  assert.equal(taken.problem?.code, 'name_taken');

  await ada.revokeToken(first.credential.id);
  await ada.createToken({ name: 'laptop', expiresInDays: 1 });
  clock.advance({ hours: 20 });
  await ada.confirm();
  assert.equal((await ada.send('POST /api/v1/tokens', { body: { name: 'laptop' } })).status, 409);
  await desk.settle();
  clock.advance({ hours: 4 });
  await ada.createToken({ name: 'laptop' });
});

test('two people may have tokens of the same name', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  await desk.ada.createToken({ name: 'laptop' });
  await bob.createToken({ name: 'laptop' });
});

test('of 20 tokens of one name made at once exactly one is made', async () => {
  await using desk = await openDesk();
  const tries = Array.from({ length: 20 }, () =>
    desk.ada.send('POST /api/v1/tokens', { body: { name: 'laptop' } }),
  );
  const statuses = statusesOf(await Promise.all(tries));
  assert.deepEqual(statuses, [201, ...Array<number>(19).fill(409)]);
});

test('a token is renamed, switched off and on again, and refused while it is off', async () => {
  await using desk = await openDesk();
  const { ada } = desk;
  const { token, credential } = await ada.createToken({ name: 'laptop' });
  const change = (body: unknown) => ada.send(`PATCH /api/v1/tokens/${credential.id}`, { body });

  const renamed = await change({ name: 'desktop', enabled: false });
  assert.equal(renamed.status, 200);
  assert.equal(renamed.body['name'], 'desktop');
  assert.equal(renamed.body['status'], 'disabled');
  const off = await desk.send('GET /api/v1/me', { token });
  assert.equal(off.status, 401);
  assert.equal(off.problem?.code, 'token_disabled');

  assert.equal((await change({ enabled: true })).body['status'], 'active');
  assert.equal((await desk.send('GET /api/v1/me', { token })).status, 200);
  const audited = await desk.sql<{ detail: unknown }>(
    "select detail from audit_events where action = 'token.update'",
  );
  assert.deepEqual(
    audited.map((row) => row.detail),
    [
      { changes: { name: { from: 'laptop', to: 'desktop' }, enabled: { from: true, to: false } } },
      { changes: { enabled: { from: false, to: true } } },
    ],
  );
});

test('a token that has ended cannot be changed', async () => {
  await using desk = await openDesk();
  const { credential } = await desk.ada.createToken({ name: 'laptop' });
  await desk.ada.revokeToken(credential.id);
  for (const enabled of [false, true]) {
    const refused = await desk.ada.send(`PATCH /api/v1/tokens/${credential.id}`, { body: { enabled } });
    assert.equal(refused.status, 409);
    assert.equal(refused.problem?.code, 'token_ended');
  }
});

test('a rename to a live token’s name is refused', async () => {
  await using desk = await openDesk();
  await desk.ada.createToken({ name: 'laptop' });
  const { credential } = await desk.ada.createToken({ name: 'desktop' });
  const refused = await desk.ada.send(`PATCH /api/v1/tokens/${credential.id}`, { body: { name: 'laptop' } });
  assert.equal(refused.status, 409);
  assert.equal(refused.problem?.code, 'name_taken');
});

test('two renames that swap names at once end in a refusal, never in a fault', async () => {
  await using desk = await openDesk();
  const [one, two] = [
    await desk.ada.createToken({ name: 'one' }),
    await desk.ada.createToken({ name: 'two' }),
  ];
  const rename = (id: string, name: string) =>
    desk.ada.send(`PATCH /api/v1/tokens/${id}`, { body: { name } });
  for (let round = 0; round < 15; round++) {
    const answers = await Promise.all([rename(one.credential.id, 'two'), rename(two.credential.id, 'one')]);
    assert.deepEqual(statusesOf(answers), [409, 409]);
  }
});

test('revoking says why and by whom, and doing it again changes nothing', async () => {
  await using desk = await openDesk();
  const { ada, clock } = desk;
  const { credential } = await ada.createToken({ name: 'laptop' });
  const path = `/api/v1/tokens/${credential.id}`;
  assert.equal((await ada.send(`DELETE ${path}`, { body: { reason: 'Lost it' } })).status, 204);
  const at = clock.now().toISOString();
  clock.advance({ minutes: 5 });
  assert.equal((await ada.send(`DELETE ${path}`, { body: { reason: 'Found it' } })).status, 204);

  const revoked = (await ada.send(`GET ${path}`)).body;
  assert.equal(revoked['revokeReason'], 'Lost it');
  assert.equal(revoked['revokedAt'], at);
  assert.deepEqual(revoked['revokedBy'], { id: ada.id, label: 'ada@example.com' });
  assert.equal((await desk.sql("select from audit_events where action = 'token.revoke'")).length, 1);
});

test('of 20 revocations at once one is audited', async () => {
  await using desk = await openDesk();
  const { credential } = await desk.ada.createToken({ name: 'laptop' });
  await Promise.all(Array.from({ length: 20 }, () => desk.ada.revokeToken(credential.id)));
  assert.equal((await desk.sql("select from audit_events where action = 'token.revoke'")).length, 1);
});

test('what is revoked stays revoked, also for whoever types SQL', async () => {
  await using desk = await openDesk();
  const { credential } = await desk.ada.createToken({ name: 'laptop' });
  await desk.ada.revokeToken(credential.id);
  await assert.rejects(desk.sql('update credentials set revoked_at = null'), /stays revoked/);
});

test('another person’s token is as unknown as one that never was', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'admin');
  const { credential } = await desk.ada.createToken({ name: 'laptop' });
  for (const id of [credential.id, '01900000-0000-7000-8000-000000000000']) {
    for (const call of [
      `GET /api/v1/tokens/${id}`,
      `DELETE /api/v1/tokens/${id}`,
      `PATCH /api/v1/tokens/${id}`,
    ]) {
      const refused = await bob.send(call, call.startsWith('PATCH') ? { body: { enabled: false } } : {});
      assert.equal(refused.status, 404, call);
      assert.equal(refused.problem?.code, 'not_found');
      assert.equal(refused.problem?.detail, 'There is no such token.');
    }
  }
  assert.equal((await desk.ada.send(`GET /api/v1/tokens/${credential.id}`)).body['status'], 'active');
  const malformed = await bob.send('GET /api/v1/tokens/1');
  assert.equal(malformed.status, 422);
});

test('what an admin switched off its owner cannot switch on, nor can a token of theirs', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { token, credential } = await bob.createToken({ name: 'laptop' });
  const sibling = await bob.createToken({ name: 'other' });
  const on = { body: { enabled: true } };
  const own = `PATCH /api/v1/tokens/${credential.id}`;
  const asAdmin = (deed: string) =>
    desk.ada.send(`POST /api/v1/admin/tokens/${credential.id}/${deed}`, { body: {} });

  await bob.send(own, { body: { enabled: false } });
  assert.equal((await bob.send(own, on)).status, 200, 'one’s own switch goes both ways');
  await bob.send(own, { body: { enabled: false } });
  assert.equal((await asAdmin('disable')).status, 200);
  for (const who of [
    bob,
    { send: (call: string, with_: object) => desk.send(call, { token: sibling.token, ...with_ }) },
  ])
    assert.equal((await who.send(own, on)).problem?.code, 'token_disabled');
  assert.equal((await desk.send('GET /api/v1/me', { token })).problem?.code, 'token_disabled');

  assert.equal((await asAdmin('enable')).status, 200);
  assert.equal((await desk.send('GET /api/v1/me', { token })).status, 200);
});

test('whoever is deleted while a token of theirs is being made leaves none behind', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { making } = await desk.runtime.db.transaction(async (tx) => {
    await tx.execute(sql`select from users where id = ${bob.id} for update`);
    const making = bob.send('POST /api/v1/tokens', { body: { name: 'late' } });
    await desk.untilBlocked();
    await tx.execute(sql`update users set deleted_at = now() where id = ${bob.id}`);
    return { making };
  });
  assert.equal((await making).problem?.code, 'account_deactivated');
  assert.equal((await desk.sql("select from credentials where name = 'late'")).length, 0);
});
