import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConfiguredAdmin, issueSetupCode } from '#server/people/first-admin/commands.ts';
import { Secret } from '#server/secret.ts';
import { cookieOf } from '#server/testing/caller.ts';
import { openDesk, openEmptyDesk, type EmptyDesk } from '#server/testing/desk.ts';
import { goodPassword, signIn } from '#server/testing/person.ts';

const ada = { name: 'Ada', email: 'ada@example.com', password: goodPassword };
const complete = (desk: EmptyDesk, code: string, change: object = {}) =>
  desk.send('POST /trpc/setup.complete', { body: { ...ada, code, ...change } });

test('the code that a boot prints makes the first admin and signs them in', async () => {
  await using desk = await openEmptyDesk();
  const code = await issueSetupCode(desk.runtime);
  const answer = await complete(desk, code?.reveal() ?? '');
  assert.equal(answer.status, 200);
  const me = await desk.send('GET /api/v1/me', { cookie: cookieOf(answer) });
  assert.equal(me.body['user']?.['role'], 'admin');
  const rows = await desk.sql<{ action: string; actor_label: string }>(
    'select action, actor_label from audit_events order by sequence',
  );
  assert.deepEqual(rows, [
    { action: 'user.create', actor_label: 'first boot' },
    { action: 'auth.login', actor_label: 'ada@example.com' },
  ]);
});

test('a code is good once, and a server with a user gives out no other', async () => {
  await using desk = await openEmptyDesk();
  const code = (await issueSetupCode(desk.runtime))?.reveal() ?? '';
  assert.equal((await complete(desk, code)).status, 200);
  const again = await complete(desk, code, { email: 'eve@example.com' });
  assert.equal(again.status, 404);
  assert.equal(await issueSetupCode(desk.runtime), undefined);
});

test('of ten who use the code at once one becomes admin', async () => {
  await using desk = await openEmptyDesk();
  const code = (await issueSetupCode(desk.runtime))?.reveal() ?? '';
  const tries = Array.from({ length: 10 }, (_, n) => complete(desk, code, { email: `ada${n}@example.com` }));
  const good = (await Promise.all(tries)).filter((answer) => answer.status === 200);
  assert.equal(good.length, 1);
  assert.equal((await desk.sql('select from users')).length, 1);
});

test('a new boot’s code takes the place of the one before', async () => {
  await using desk = await openEmptyDesk();
  const first = (await issueSetupCode(desk.runtime))?.reveal() ?? '';
  const second = (await issueSetupCode(desk.runtime))?.reveal() ?? '';
  const refused = await complete(desk, first);
  assert.equal(refused.status, 400);
  assert.equal(
    (refused.body as never as { error: { data: { problem: { code: string } } } }).error.data.problem.code,
    'code_invalid',
  );
  assert.equal((await complete(desk, second)).status, 200);
});

test('a code survives a form that was filled in wrongly', async () => {
  await using desk = await openEmptyDesk();
  const code = (await issueSetupCode(desk.runtime))?.reveal() ?? '';
  for (const change of [
    { email: 'ada' },
    { name: ' ' },
    { password: 'short' },
    { password: 'password123' },
    { role: 'admin' },
  ]) {
    assert.equal((await complete(desk, code, change)).status, 422, JSON.stringify(change));
  }
  assert.equal((await complete(desk, code)).status, 200);
});

test('a code is stored as a hash only', async () => {
  await using desk = await openEmptyDesk();
  const code = await issueSetupCode(desk.runtime);
  const [row] = await desk.sql<{ hash: Buffer; all: string }>(
    'select hash, c::text as all from one_time_codes c',
  );
  assert.deepEqual(row?.hash, code?.hash());
  assert.ok(!row?.all.includes(code?.reveal() ?? ''));
});

test('the configuration can make the first admin, and is ignored once there is a user', async () => {
  await using desk = await openEmptyDesk();
  await createConfiguredAdmin(desk.runtime, { email: 'ops@example.com', password: new Secret(goodPassword) });
  assert.equal((await signIn(desk, 'ops@example.com', goodPassword)).role, 'admin');
  await createConfiguredAdmin(desk.runtime, { email: 'eve@example.com', password: new Secret(goodPassword) });
  assert.equal((await desk.sql('select from users')).length, 1);
  assert.equal(await issueSetupCode(desk.runtime), undefined);
});

test('a common password in the configuration makes no admin', async () => {
  await using desk = await openEmptyDesk();
  const account = { email: 'ops@example.com', password: new Secret('password123') };
  await assert.rejects(createConfiguredAdmin(desk.runtime, account), { code: 'validation_failed' });
});

test('the tenant default is made once, by however many servers', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  assert.equal(other.runtime.defaultTenantId, desk.runtime.defaultTenantId);
  assert.equal((await desk.sql('select from tenants')).length, 1);
});
