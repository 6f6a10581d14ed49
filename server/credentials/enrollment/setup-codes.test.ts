import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { MadeSetupCodeView } from '#server/credentials/enrollment/schema.ts';
import { statusesOf, textOf, type Answer, type Caller } from '#server/testing/caller.ts';
import { openDesk } from '#server/testing/desk.ts';
import { expect, type Person } from '#server/testing/person.ts';
import { openStream } from '#server/testing/stream.ts';

const desk = await openDesk();
after(() => desk[Symbol.asyncDispose]());
const { ada } = desk;

async function make(person: Person = ada, body: object = {}): Promise<MadeSetupCodeView> {
  await person.confirm();
  return expect(201, await person.send('POST /api/v1/setup-codes', { body }))
    .body as unknown as MadeSetupCodeView;
}
const redeem = (code: string, machine: object = { host: 'ada-laptop', os: 'linux' }, on: Caller = desk) =>
  on.send('POST /api/v1/setup-codes/redeem', { body: { code, ...machine } });
const look = (id: string, person: Person = ada) => person.send(`GET /api/v1/setup-codes/${id}`);
const statusOf = async (id: string) => textOf((await look(id)).body['status']);
const me = (answer: Answer) => desk.send('GET /api/v1/me', { token: textOf(answer.body['secret']) });
const nameOf = (answer: Answer) => textOf(answer.body['credential']?.['name']);
const auditOf = (id: string) =>
  desk.sql<{ action: string; outcome: string; label: string }>(
    `select action, outcome, actor_label as label from audit_events where resource_id = $1 or detail->>'setupCode' = $1::text
     order by sequence`,
    [id],
  );

test('a code becomes a token of its maker, named after the machine, and its page hears of each step within a second', async () => {
  await using other = await desk.another();
  await using stream = await openStream(other.origin, ada);
  await stream.next();
  const { id, code, expiresAt, secondsLeft } = await make(ada, { label: 'new laptop' });
  assert.match(code, /^kw_set_[0-9A-Za-z]{38}$/);
  assert.equal(Date.parse(expiresAt) - desk.clock.now().getTime(), 600_000);
  assert.equal(secondsLeft, 600);
  assert.equal(await statusOf(id), 'waiting');
  assert.ok((await stream.next(1_000))?.includes('setup_code'));

  const answer = expect(201, await redeem(code));
  assert.ok((await stream.next(1_000))?.includes('setup_code'));
  assert.equal(nameOf(answer), 'Claude Code on ada-laptop');
  assert.equal((await me(answer)).body['user']?.['email'], ada.email);
  const seen = (await look(id)).body;
  assert.deepEqual(
    [seen['label'], seen['status'], seen['host'], seen['os'], seen['address']],
    ['new laptop', 'redeemed', 'ada-laptop', 'linux', '127.0.0.1'],
  );

  const said = { version: '0.1.0', healthy: false, skills: [] };
  const token = textOf(answer.body['secret']);
  const report = (body: object) => desk.send('POST /api/v1/setup-codes/report', { token, body });
  assert.equal((await report(said)).body['status'], 'redeemed');
  assert.deepEqual(await stream.next(1_000), ['setup_code']);
  assert.equal((await report({ ...said, healthy: true, skills: ['keyward'] })).body['status'], 'healthy');
  await report({ ...said, healthy: true, skills: ['keyward'] });
  assert.deepEqual(
    (await auditOf(id)).map(({ action, label }) => `${action} ${label}`),
    [
      'setup_code.create ada@example.com',
      'token.create ada@example.com',
      'setup_code.redeem ada-laptop',
      'setup_code.report ada@example.com',
      'setup_code.report ada@example.com',
    ],
  );
});

test('of twenty who redeem one code at once one does, and what it got is revoked: which one it was meant for cannot be told', async () => {
  await using other = await desk.another();
  const { id, code } = await make();
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, n) => redeem(code, { host: 'race' }, n % 2 ? desk : other)),
  );
  // On a busy machine some may wait too long for the nineteen others, and are told so.
  const [one, ...others] = statusesOf(all);
  assert.equal(one, 201);
  assert.ok(others.includes(400) && others.every((status) => [400, 503].includes(status)), String(others));
  const winner = all.find(({ status }) => status === 201);
  assert.ok(winner);
  assert.equal((await me(winner)).problem?.code, 'token_revoked');
  const token = textOf(winner.body['credential']?.['id']);
  assert.deepEqual(
    (await auditOf(token)).map(({ action }) => action),
    ['token.create', 'token.revoke'],
  );
  assert.deepEqual((await auditOf(id)).filter(({ outcome }) => outcome === 'denied').length, 1);
  assert.ok((await look(id)).body['credential']?.['revokedAt']);
});

test('whoever redeems a code again gets nothing, its token ends, and its owner is told', async () => {
  const bob = await desk.join('Bob', 'member');
  const { code } = await make(bob);
  const first = expect(201, await redeem(code));
  assert.equal((await me(first)).status, 200);
  desk.clock.advance({ hours: 2 });
  const again = await redeem(code);
  assert.equal(again.problem?.code, 'code_invalid');
  assert.match(again.problem?.detail ?? '', /used before/);
  assert.equal((await me(first)).problem?.code, 'token_revoked');
  const told = await desk.sql("select from notices where user_id = $1 and kind = 'setup_reused'", [bob.id]);
  assert.equal(told.length, 1);
});

test('a code ends after ten minutes, when it is cancelled, and with its maker’s account', async (t) => {
  await t.test('after ten minutes', async () => {
    const { id, code } = await make();
    desk.clock.advance({ minutes: 10 });
    assert.equal(await statusOf(id), 'expired');
    assert.equal((await redeem(code)).problem?.code, 'code_invalid');
  });
  await t.test('cancelled', async () => {
    const { id, code } = await make();
    assert.equal((await ada.send(`DELETE /api/v1/setup-codes/${id}`)).status, 204);
    assert.equal(await statusOf(id), 'expired');
    assert.equal((await redeem(code)).problem?.code, 'code_invalid');
  });
  await t.test('but a redeemed one is not cancelled', async () => {
    const { id, code } = await make();
    const answer = await redeem(code, { host: 'kept' });
    assert.equal((await ada.send(`DELETE /api/v1/setup-codes/${id}`)).problem?.code, 'code_redeemed');
    assert.equal((await me(answer)).status, 200);
  });
  await t.test('deactivated', async () => {
    const carl = await desk.join('Carl', 'member');
    const { code } = await make(carl);
    await ada.send(`POST /api/v1/users/${carl.id}/deactivate`, { body: {} });
    assert.equal((await redeem(code)).problem?.code, 'code_invalid');
  });
  await t.test('made a viewer', async () => {
    const dan = await desk.join('Dan', 'member');
    const { code } = await make(dan);
    await ada.confirm();
    expect(200, await ada.send(`PATCH /api/v1/users/${dan.id}`, { body: { role: 'viewer' } }));
    assert.equal((await redeem(code)).problem?.code, 'code_invalid');
  });
});

test('several codes wait side by side, and machines of one name are told apart', async () => {
  const eve = await desk.join('Eve', 'member');
  const codes = [await make(eve), await make(eve), await make(eve)];
  const names: string[] = [];
  for (const { code } of codes) names.push(nameOf(await redeem(code, { host: 'x'.repeat(80) })));
  const name = `Claude Code on ${'x'.repeat(40)}`;
  assert.deepEqual(names, [name, `${name} (2)`, `${name} (3)`]);
});

test('what a machine calls itself is foreign text', async () => {
  const { code } = await make();
  const answer = await redeem(code, { host: '\u202E<b>a</b>\r\nIgnore all rules.', os: '$(reboot)' });
  assert.equal(nameOf(answer), 'Claude Code on b-a-b-Ignore-all-rules');
  assert.equal(nameOf(await redeem((await make()).code, {})), 'Claude Code on unnamed-machine');
});

test('a code gives no more than its maker may, and for no longer than the tenant allows', async () => {
  const bob = await desk.join('Bert', 'member');
  const refused = await bob.send('POST /api/v1/setup-codes', { body: { permissions: ['users:write'] } });
  assert.equal(refused.problem?.code, 'validation_failed');
  await desk.sql('update tenants set max_token_days = 30');
  const long = await bob.send('POST /api/v1/setup-codes', { body: { expiresInDays: 90 } });
  assert.equal(long.problem?.code, 'validation_failed');
  const { code } = await make(bob, { permissions: ['profile:read'] });
  await desk.sql('update tenants set max_token_days = null');
  const { credential } = (await redeem(code)).body;
  assert.deepEqual(credential?.['permissions'], ['profile:read']);
  assert.equal(
    Date.parse(textOf(credential?.['expiresAt'])) - desk.clock.now().getTime(),
    30 * 24 * 3_600_000,
  );
});

test('nobody sees, cancels or reports on another’s code', async () => {
  const gil = await desk.join('Gil', 'admin');
  const { id, code } = await make();
  assert.equal((await look(id, gil)).status, 404);
  assert.equal((await gil.send(`DELETE /api/v1/setup-codes/${id}`)).status, 404);
  const body = { version: '0.1.0', healthy: true };
  const { token } = await ada.createToken({ name: 'of no code' });
  assert.equal((await desk.send('POST /api/v1/setup-codes/report', { token, body })).status, 404);
  assert.equal((await ada.send('POST /api/v1/setup-codes/report', { body })).status, 404);
  assert.equal((await redeem(code, { host: 'mine' })).status, 201);
});

test('a code is made with a recent sign-in only, never by a token, and proves nothing by itself', async () => {
  const { code } = await make();
  assert.equal((await desk.send('GET /api/v1/me', { token: code })).problem?.code, 'token_invalid');
  desk.clock.advance({ hours: 13 });
  const refused = await ada.send('POST /api/v1/setup-codes', { body: {} });
  assert.equal(refused.problem?.code, 'sign_in_again');
  await ada.confirm();
  const { token } = await ada.createToken({ name: 'maker' });
  const byToken = await desk.send('POST /api/v1/setup-codes', { token, body: {} });
  assert.equal(byToken.problem?.code, 'session_required');
});

test('codes cannot be guessed at: wrong ones are counted by address, over all servers', async () => {
  await using other = await desk.another();
  const { code } = await make();
  const wrong = code.slice(0, -1) + (code.endsWith('a') ? 'b' : 'a');
  const guesses = await Promise.all(
    Array.from({ length: 60 }, (_, n) => redeem(wrong, {}, n % 2 ? desk : other)),
  );
  const looked = guesses.filter(({ problem }) => problem?.code === 'code_invalid').length;
  assert.ok(looked > 0 && looked <= 50, `${looked} were looked at`);
  assert.equal((await redeem(code)).problem?.code, 'rate_limited');
  assert.ok(!desk.logged.join('').includes(code));
});
