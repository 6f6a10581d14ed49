import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import { textOf, type Answer } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { createAgent, enrollByCode, redeemAgentCode } from '#server/testing/enrollment.ts';
import { expect, signIn, goodPassword } from '#server/testing/person.ts';

const shown = (answer: Answer) => expect(200, answer).body as unknown as AgentView;
const codeOf = (answer: Answer) => textOf(expect(201, answer).body['code']);
const meCode = async (desk: Desk, token: string) =>
  (await desk.send('GET /api/v1/me', { token })).problem?.code ?? 'ok';

interface Row {
  outcome: string;
  code: string | null;
  detail: { epoch?: number; issuedBy?: { label: string } };
}
const rowsOf = ({ sql }: Desk) =>
  sql<Row>("select * from audit_events where action = 'agent.enroll' order by sequence");

test('the machine, its version and its address are taken down, and the secret gets its two dates', async () => {
  await using desk = await openDesk();
  const { agent, code } = await createAgent(desk.ada, { name: 'runner', rotationDays: 3 });
  const host = 'runner-7.build.internal.example.com-and-more.example.com';
  expect(201, await redeemAgentCode(desk, code, { host: `${host}\u202E; rm`, version: '1.2.3' }));
  const now = shown(await desk.ada.send(`GET /api/v1/agents/${agent.id}`));
  assert.deepEqual([now.host, now.version, now.address], [`${host}-rm`, '1.2.3', '127.0.0.1']);
  const from = desk.clock.now().getTime();
  const days = (at: string | null) => (Date.parse(at ?? '') - from) / 86_400_000;
  assert.deepEqual([days(now.rotateAfter), days(now.expiresAt)], [3, 10]);
  assert.deepEqual([now.epoch, now.enrollment, now.status], [1, null, 'never_connected']);
  const [row] = await rowsOf(desk);
  assert.deepEqual([row?.outcome, row?.detail.epoch, row?.detail.issuedBy?.label], ['ok', 1, desk.ada.email]);
});

test('a secret that is not replaced ends at its date, and the agent does not', async () => {
  await using desk = await openDesk();
  const { agent, code } = await createAgent(desk.ada, { name: 'runner' });
  const { token } = await enrollByCode(desk, code);
  desk.clock.advance({ hours: 14 * 24 - 1 });
  assert.equal(await meCode(desk, token), 'ok');
  desk.clock.advance({ hours: 1 });
  assert.equal(await meCode(desk, token), 'token_expired');
  const ada = await signIn(desk, desk.ada.email, goodPassword);
  const code2 = codeOf(await ada.send(`POST /api/v1/agents/${agent.id}/code`, { body: {} }));
  assert.equal(await meCode(desk, (await enrollByCode(desk, code2)).token), 'ok');
});

test('a new code enrolls an agent again: the next epoch, at once in place of what it had', async () => {
  await using desk = await openDesk();
  const { agent, code } = await createAgent(desk.ada, { name: 'runner' });
  const first = await enrollByCode(desk, code);
  await desk.sql('update agents set stuck_at = now(), clone_suspected_at = now()');
  expect(202, await desk.ada.send(`POST /api/v1/agents/${agent.id}/rotate`, { body: { wait: 'reconnect' } }));
  const code2 = codeOf(await desk.ada.send(`POST /api/v1/agents/${agent.id}/code`, { body: {} }));
  assert.equal(await meCode(desk, first.token), 'ok');
  const second = await enrollByCode(desk, code2);
  assert.deepEqual([second.epoch, second.agent.id], [2, agent.id]);
  assert.equal(await meCode(desk, first.token), 'secret_retired');
  assert.equal(await meCode(desk, second.token), 'ok');
  const now = shown(await desk.ada.send(`GET /api/v1/agents/${agent.id}`));
  assert.deepEqual([now.epoch, now.stuckAt, now.cloneSuspectedAt], [2, null, null]);
  assert.deepEqual([now.rotation?.state, now.rotation?.cause], ['promoted', 'enrollment']);
  const rotations = await desk.sql<{ state: string }>('select state from rotations order by created_at, id');
  assert.deepEqual(
    rotations.map(({ state }) => state),
    ['superseded', 'promoted'],
  );
});

test('an earlier code ends when a new one is made, and each when its minutes are over', async () => {
  await using desk = await openDesk();
  const { agent, code } = await createAgent(desk.ada, { name: 'runner' });
  const at = `POST /api/v1/agents/${agent.id}/code`;
  const code2 = codeOf(await desk.ada.send(at, { body: {} }));
  assert.equal((await redeemAgentCode(desk, code)).problem?.code, 'code_invalid');
  desk.clock.advance({ minutes: 10 });
  assert.equal((await redeemAgentCode(desk, code2)).problem?.code, 'code_invalid');
  const long = codeOf(await desk.ada.send(at, { body: { minutes: 1_440 } }));
  desk.clock.advance({ hours: 23, minutes: 59 });
  expect(201, await redeemAgentCode(desk, long));
});

test('a code ends with its maker’s right to make it', async (t) => {
  await using desk = await openDesk();
  const ends: [string, (id: string) => [string, object]][] = [
    ['demoted', (id) => [`PATCH /api/v1/users/${id}`, { role: 'member' }]],
    ['deactivated', (id) => [`POST /api/v1/users/${id}/deactivate`, {}]],
    ['signed out by an admin', (id) => [`POST /api/v1/users/${id}/revoke-sessions`, {}]],
    ['deleted', (id) => [`DELETE /api/v1/users/${id}`, {}]],
  ];
  for (const [index, [what, end]] of ends.entries()) {
    await t.test(what, async () => {
      const eve = await desk.join(`Eve${index}`, 'manager');
      const { code } = await createAgent(eve, { name: `runner-${index}`, ownerId: desk.ada.id });
      const [call, body] = end(eve.id);
      await desk.ada.send(call, { body });
      assert.equal((await redeemAgentCode(desk, code)).problem?.code, 'code_invalid');
    });
  }
});

test('a code that comes back retires what stems from it, and the owner is told once', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { agent, code } = await createAgent(desk.ada, { name: 'runner', ownerId: bob.id });
  const { token } = await enrollByCode(desk, code);
  for (let time = 0; time < 2; time++) {
    const again = await redeemAgentCode(desk, code);
    assert.equal(again.status, 400);
    assert.equal(again.problem?.code, 'code_invalid');
    assert.match(again.problem?.detail ?? '', /used before/);
  }
  assert.equal(await meCode(desk, token), 'secret_retired');
  const now = shown(await desk.ada.send(`GET /api/v1/agents/${agent.id}`));
  assert.deepEqual([now.epoch, now.rotateAfter, now.enabled], [null, null, true]);
  const told = await desk.sql<{ user_id: string }>(
    "select user_id from notices where kind = 'agent_code_reused'",
  );
  assert.deepEqual(told, [{ user_id: bob.id }]);
  const denied = (await rowsOf(desk)).filter(({ outcome }) => outcome === 'denied');
  assert.deepEqual(
    denied.map((row) => row.code),
    ['code_invalid'],
  );
  const code2 = codeOf(await desk.ada.send(`POST /api/v1/agents/${agent.id}/code`, { body: {} }));
  const second = await enrollByCode(desk, code2);
  assert.equal((await redeemAgentCode(desk, code)).problem?.code, 'code_invalid');
  assert.equal(await meCode(desk, second.token), 'ok', 'what stems from a newer code stays');
});

test('of twenty enrollments with one code one gets a secret, which the others retire', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_ADDRESS_RATE_LIMIT: 'off' } });
  await using other = await desk.another();
  const { code } = await createAgent(desk.ada, { name: 'runner' });
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, n) => redeemAgentCode(n % 2 ? desk : other, code)),
  );
  const [winner, ...more] = all.filter(({ status }) => status === 201);
  assert.ok(winner);
  assert.equal(more.length, 0);
  // On a busy machine some may wait too long for the others, and are told so.
  const others = all.filter(({ status }) => status !== 201).map(({ status }) => status);
  assert.ok(others.includes(400) && others.every((status) => [400, 503].includes(status)), String(others));
  assert.equal(await meCode(desk, textOf(winner.body['token'])), 'secret_retired');
  assert.equal((await desk.sql('select from secrets where prefix like $1', ['kw_agt_%'])).length, 1);
});

test('an agent that cannot work now keeps its code', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const { agent, code } = await createAgent(desk.ada, { name: 'runner', ownerId: bob.id });
  const at = `/api/v1/agents/${agent.id}`;
  const cases: [string, string, object, string, object][] = [
    ['paused', `POST ${at}/pause`, { reason: 'why' }, `POST ${at}/resume`, {}],
    ['token_disabled', `PATCH ${at}`, { enabled: false }, `PATCH ${at}`, { enabled: true }],
    [
      'account_deactivated',
      `POST /api/v1/users/${bob.id}/deactivate`,
      {},
      `POST ${at}/transfer`,
      { userId: desk.ada.id },
    ],
  ];
  for (const [refusal, off, body, on, back] of cases) {
    expect(200, await desk.ada.send(off, { body }));
    assert.equal((await redeemAgentCode(desk, code)).problem?.code, refusal);
    expect(200, await desk.ada.send(on, { body: back }));
  }
  expect(201, await redeemAgentCode(desk, code));
});

test('a code of a suspended tenant does not work, nor that of anything but an agent', async () => {
  await using desk = await openDesk();
  const { code } = await createAgent(desk.ada, { name: 'runner' });
  const setup = codeOf(await desk.ada.send('POST /api/v1/setup-codes', { body: {} }));
  assert.equal((await redeemAgentCode(desk, setup)).problem?.code, 'code_invalid');
  const asSetup = await desk.send('POST /api/v1/setup-codes/redeem', { body: { code } });
  assert.equal(asSetup.problem?.code, 'code_invalid');
  await desk.sql('update tenants set suspended_at = now()');
  assert.equal((await redeemAgentCode(desk, code)).problem?.code, 'code_invalid');
});

test('codes cannot be guessed at: wrong ones are counted by address', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_ADDRESS_RATE_LIMIT: 'off' } });
  const { code } = await createAgent(desk.ada, { name: 'runner' });
  for (let time = 0; time < 50; time++) await redeemAgentCode(desk, `kw_set_${time}`);
  assert.equal((await redeemAgentCode(desk, code)).problem?.code, 'rate_limited');
});

test('what is no machine’s name or version is refused or cut down, and never breaks anything', async () => {
  await using desk = await openDesk();
  const { agent, code } = await createAgent(desk.ada, { name: 'runner' });
  for (const [field, value] of [
    ['host', ''],
    ['host', 'a'.repeat(254)],
    ['version', ''],
    ['version', '1 0'],
    ['version', 'a'.repeat(65)],
  ] as const) {
    const answer = await redeemAgentCode(desk, code, { [field]: value });
    assert.deepEqual([answer.status, answer.problem?.errors?.[0]?.path], [422, field], value);
  }
  expect(201, await redeemAgentCode(desk, code, { host: '\u202E' }));
  assert.equal(shown(await desk.ada.send(`GET /api/v1/agents/${agent.id}`)).host, 'unnamed-machine');
});

test('a finder of an agent’s secret ends it and not the agent, and its owner is told', async () => {
  await using desk = await openDesk();
  const { agent, code } = await createAgent(desk.ada, { name: 'runner' });
  const { token } = await enrollByCode(desk, code);
  expect(202, await desk.send('POST /api/v1/revoke', { body: { tokens: [token] } }));
  assert.equal(await meCode(desk, token), 'secret_retired');
  const { status, epoch } = shown(await desk.ada.send(`GET /api/v1/agents/${agent.id}`));
  assert.deepEqual([status, epoch], ['never_connected', null]);
  const told = await desk.sql<{ user_id: string; kind: string }>('select user_id, kind from notices');
  assert.deepEqual(told, [{ user_id: desk.ada.id, kind: 'revoked_by_holder' }]);
  const rows = await desk.sql("select from audit_events where action = 'agent.revoke_secret'");
  assert.equal(rows.length, 1);
});

test('a code is its maker’s: signing out ends it, signing out elsewhere does not', async () => {
  await using desk = await openDesk();
  const elsewhere = await signIn(desk, desk.ada.email, goodPassword);
  const { agent, code } = await createAgent(desk.ada, { name: 'runner' });
  expect(204, await elsewhere.send('POST /api/v1/auth/logout', { body: {} }));
  expect(201, await redeemAgentCode(desk, code));
  const code2 = codeOf(await desk.ada.send(`POST /api/v1/agents/${agent.id}/code`, { body: {} }));
  expect(204, await desk.ada.send('POST /api/v1/auth/logout', { body: {} }));
  assert.equal((await redeemAgentCode(desk, code2)).problem?.code, 'code_invalid');
});
