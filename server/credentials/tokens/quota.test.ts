import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openAtOnce } from '#server/credentials/enrollment/schema.ts';
import { tokenLimits } from '#server/credentials/tokens/schema.ts';
import { textOf } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { expect, goodPassword, signIn, type Person } from '#server/testing/person.ts';
import { addTokensTo } from '#server/testing/tokens.ts';

const { live, madePerDay } = tokenLimits;

const make = (person: Person, name: string) => person.send('POST /api/v1/tokens', { body: { name } });

test('of eight tokens made at once by a person with room for three exactly three are made, on two servers', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const bob = await desk.join('Bob', 'member');
  await addTokensTo(desk, bob, live - 3);
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) => {
      const body = { name: `new ${n}` };
      return (n % 2 ? desk : other).send('POST /api/v1/tokens', { cookie: bob.cookie, body });
    }),
  );
  const refused = answers.filter(({ status }) => status !== 201);
  assert.equal(refused.length, 5);
  assert.ok(refused.every(({ problem }) => problem?.code === 'too_many_tokens'));
  assert.match(refused[0]?.problem?.detail ?? '', /500 active tokens.*Revoke some/);
});

test('revoked and expired tokens leave room, and those of others take none', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  await addTokensTo(desk, bob, live);
  assert.equal((await make(bob, 'one more')).problem?.code, 'too_many_tokens');
  await desk.ada.createToken({ name: 'hers' });
  const revoke = (which: string) =>
    desk.sql<{ id: string }>(`select id from credentials where name = '${which}'`).then(([row]) => row?.id);
  await bob.revokeToken((await revoke('token 1')) ?? '');
  expect(201, await make(bob, 'in its place'));
  await desk.sql(
    "update credentials set created_at = now() - interval '2 days', expires_at = now() - interval '1 day' where name = 'token 2'",
  );
  expect(201, await make(bob, 'in the place of another'));
  assert.equal((await make(bob, 'one more')).status, 409);
});

test('a person who had more than that before keeps and changes them, and makes no more', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { credential } = await bob.createToken({ name: 'first' });
  await addTokensTo(desk, bob, live + 50);
  const path = `/api/v1/tokens/${credential.id}`;
  expect(200, await bob.send(`POST ${path}/rotate`, { body: { graceSeconds: 0 } }));
  expect(200, await bob.send(`PATCH ${path}`, { body: { enabled: false } }));
  assert.equal((await make(bob, 'one more')).status, 409);
});

test('a machine that would get a token too many is refused when it is approved, and when it comes with a code', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const code = expect(201, await bob.send('POST /api/v1/setup-codes', { body: {} })).body['code'];
  await addTokensTo(desk, bob, live);
  const asked = await desk.send('POST /oauth/device_authorization', {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    text: 'client_id=keyward-cli',
  });
  const body = { userCode: expect(200, asked).body['user_code'] };
  for (const call of ['device.find', 'device.approve'])
    assert.equal((await bob.send(`POST /trpc/${call}`, { body })).status, 409, call);
  const redeem = () => desk.send('POST /api/v1/setup-codes/redeem', { body: { code, host: 'vm' } });
  assert.equal((await redeem()).problem?.code, 'too_many_tokens');
  // It was not used up.
  await desk.sql("update credentials set revoked_at = now() where name = 'token 1'");
  expect(201, await redeem());
});

const madeToday = (desk: Desk, person: Person, count: number) =>
  desk.sql('update users set secrets_made = $2, secrets_made_on = $3 where id = $1', [
    person.id,
    count,
    desk.clock.now().toISOString().slice(0, 10),
  ]);

test('tokens, rotations and setup codes of a day are counted together, at most 5,000 of them', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { credential } = await bob.createToken({ name: 'laptop' });
  await madeToday(desk, bob, madePerDay - 3);
  const rotate = () => bob.send(`POST /api/v1/tokens/${credential.id}/rotate`, { body: { graceSeconds: 0 } });
  expect(200, await rotate());
  expect(201, await make(bob, 'ci'));
  expect(201, await bob.send('POST /api/v1/setup-codes', { body: {} }));
  for (const refused of [
    await rotate(),
    await make(bob, 'another'),
    await bob.send('POST /api/v1/setup-codes', { body: {} }),
  ]) {
    assert.equal(refused.status, 429);
    assert.equal(refused.problem?.code, 'rate_limited');
    const seconds = Number(refused.headers.get('retry-after'));
    assert.ok(seconds > 0 && seconds <= 86_400, `${seconds}`);
  }
  expect(201, await make(desk.ada, 'hers'));
  desk.clock.advance({ days: 1 });
  const again = await signIn(desk, bob.email, goodPassword);
  expect(201, await make(again, 'on another day'));
});

test('of rotations at once by a person with three left for today exactly three are made', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const made = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => bob.createToken({ name })));
  await madeToday(desk, bob, madePerDay - 3);
  const answers = await Promise.all(
    made.map(({ credential: { id } }) =>
      bob.send(`POST /api/v1/tokens/${id}/rotate`, { body: { graceSeconds: 0 } }),
    ),
  );
  const refused = answers.filter(({ problem }) => problem?.code === 'rate_limited');
  assert.equal(refused.length, 3);
  const [row] = await desk.sql<{ count: number }>('select count(*)::int from secrets where epoch > 1');
  assert.equal(row?.count, 3);
});

test('a person has fifty open setup codes at most: used, cancelled and expired ones leave room', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const one = () => bob.send('POST /api/v1/setup-codes', { body: {} });
  await desk.sql(
    `insert into one_time_codes (id, tenant_id, user_id, hash, purpose, created_at, expires_at, issued_by, issued_session_id, required_role)
     select gen_random_uuid(), $1, $2, sha256(n::text::bytea), 'setup', now(), now() + interval '10 minutes', $2, s.id, 'member'
     from generate_series(1, $3) n, (select id from sessions where user_id = $2) s`,
    [bob.tenantId, bob.id, openAtOnce - 3],
  );
  const answers = await Promise.all(Array.from({ length: 6 }, one));
  const made = answers.filter(({ status }) => status === 201);
  assert.equal(made.length, 3);
  assert.equal((await one()).problem?.code, 'too_many_codes');
  expect(204, await bob.send(`DELETE /api/v1/setup-codes/${textOf(made[0]?.body['id'])}`));
  expect(201, await one());
  assert.equal((await one()).status, 409);
  desk.clock.advance({ minutes: 11 });
  expect(201, await one());
});
