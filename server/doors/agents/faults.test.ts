import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { greetAs } from '#server/testing/agent-client.ts';
import { enrollAgent, type EnrolledAgent } from '#server/testing/agents.ts';
import { textOf } from '#server/testing/caller.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import {
  askToRotate,
  codeOf,
  endingsOf,
  noticesOf,
  rotationsOf,
  takeSecret,
} from '#server/testing/rotations.ts';

/** A rotation that came as far as a state before its server died, whose secret nobody has. */
async function leaveAt(desk: Desk, { id }: EnrolledAgent, state: 'staged' | 'delivered'): Promise<void> {
  const deliveredAt = state === 'delivered' ? desk.clock.now() : null;
  await desk.sql(
    `with made as (
       insert into rotations (id, tenant_id, agent_id, epoch, state, cause, created_at, staged_at, delivered_at)
       select gen_random_uuid(), tenant_id, id, 2, $2, 'schedule', $3::timestamptz - interval '1 second', $3, $4
       from agents where id = $1 returning id, agent_id
     )
     insert into secrets (hash, credential_id, prefix, epoch, state, created_at, rotation_id)
     select sha256('lost'), agent_id, 'kw_agt_00000000', 2, 'staged', $3, id from made`,
    [id, state, desk.clock.now(), deliveredAt],
  );
}

test('a server that dies once a secret is staged leaves the agent with the old one, and another is staged when it comes back', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await leaveAt(desk, agent, 'staged');
  await using client = await greetAs(desk.origin, { token: agent.token });
  const fresh = await takeSecret(desk, client);
  assert.equal(fresh.epoch, 3);
  assert.deepEqual(await endingsOf(desk, agent.id), ['promoted', 'superseded']);
  assert.deepEqual([await codeOf(desk, agent.token), await codeOf(desk, fresh.token)], [200, 200]);
});

test('a server that dies once a secret is sent: what the agent does not have is lost and sent anew', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await leaveAt(desk, agent, 'delivered');
  await using client = await greetAs(desk.origin, { token: agent.token });
  assert.equal((await takeSecret(desk, client)).epoch, 3);
  assert.deepEqual(await endingsOf(desk, agent.id), ['promoted', 'failed lost']);
});

test('a server that dies once a secret is sent: what the agent has on its disk stays, and works', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(desk.origin, { token: agent.token });
  await askToRotate(desk, agent.id);
  const sent = await client.rotation();
  assert.ok(sent);
  // It goes before it can say that it has it.
  client.vanish();
  await using again = await greetAs(desk.origin, { token: agent.token, nextEpoch: sent.epoch });
  assert.equal(await again.rotation(300), null);
  assert.deepEqual(await endingsOf(desk, agent.id), ['persisted']);
  assert.equal(await codeOf(desk, sent.token), 200);
  assert.deepEqual(await endingsOf(desk, agent.id), ['promoted']);
});

test('a new secret that is used before the agent says that it has it is the current one, whatever it says after that', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(desk.origin, { token: agent.token });
  await askToRotate(desk, agent.id);
  const sent = await client.rotation();
  assert.ok(sent);
  assert.equal(await codeOf(desk, sent.token), 200);
  client.persisted(sent.rotationId);
  const { rotationId } = sent;
  const failed = { rotationId, reason: 'verify_failed' };
  client.send({ jsonrpc: '2.0', id: 2, method: 'agent.rotation_failed', params: failed });
  assert.deepEqual((await client.next())?.result, {});
  assert.deepEqual(await endingsOf(desk, agent.id), ['promoted']);
  assert.equal(await codeOf(desk, sent.token), 200);
});

test('an agent that connects by its new secret before it has used it has it made the current one', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(desk.origin, { token: agent.token });
  await askToRotate(desk, agent.id);
  const sent = await client.rotation();
  assert.ok(sent);
  client.persisted(sent.rotationId);
  // The answer to its first call is lost, and so it tries again.
  await using again = await greetAs(desk.origin, { token: sent.token, epoch: 1, nextEpoch: 2 });
  assert.equal((await client.closed())?.code, 4010);
  assert.equal(await again.rotation(300), null);
  assert.deepEqual(await endingsOf(desk, agent.id), ['promoted']);
});

test('two who ask at once start one rotation, and one secret is sent', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(desk.origin, { token: agent.token });
  const call = `POST /api/v1/agents/${agent.id}/rotate`;
  const cookie = desk.ada.cookie;
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, at) => (at % 2 ? desk : other).send(call, { cookie, body: {} })),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([202]));
  assert.equal(new Set(answers.map(({ body }) => textOf(body['id']))).size, 1);
  await takeSecret(desk, client);
  assert.equal(await client.rotation(300), null);
  assert.deepEqual(await endingsOf(desk, agent.id), ['promoted']);
});

test('a rotation asked of one server reaches the agent that is connected to another, and its secret is in no table', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(other.origin, { token: agent.token });
  await askToRotate(desk, agent.id);
  const { token } = await takeSecret(desk, client);
  const tables = await desk.sql<{ name: string }>(
    "select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables where table_type = 'BASE TABLE' and table_schema in ('public', 'pgboss')",
  );
  assert.ok(tables.length > 20);
  await desk.settle();
  for (const { name } of tables) {
    const found = await desk.sql(`select 1 from ${name} as t where t::text like '%' || $1 || '%'`, [token]);
    assert.deepEqual(found, [], name);
  }
  assert.ok(desk.logged.every((line) => !line.includes(token)));
});

test('old and new are good side by side through the grace, by a clock that is the database’s, and the old one no longer', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(desk.origin, { token: agent.token });
  await askToRotate(desk, agent.id);
  const fresh = await takeSecret(desk, client);
  for (let each = 0; each < 3; each++)
    assert.deepEqual([await codeOf(desk, agent.token), await codeOf(desk, fresh.token)], [200, 200]);
  desk.clock.advance({ hours: 2 });
  assert.deepEqual(
    [await codeOf(desk, agent.token), await codeOf(desk, fresh.token)],
    ['secret_retired', 200],
  );
  await using again = await greetAs(desk.origin, { token: fresh.token, epoch: 2 });
  assert.equal(await again.rotation(200), null);
});

test('twenty first uses at once, on two servers, promote once and are all answered', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(desk.origin, { token: agent.token });
  await askToRotate(desk, agent.id);
  const sent = await client.rotation();
  const token = sent?.token ?? '';
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) => (at % 2 ? desk : other).send('GET /api/v1/me', { token })),
  );
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  await desk.settle();
  const rows = await desk.sql("select 1 from audit_events where action = 'rotation.promote'");
  assert.equal(rows.length, 1);
});

test('a secret that was dropped before it was used is refused, and is no reuse', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(desk.origin, { token: agent.token });
  const { id } = await askToRotate(desk, agent.id);
  const sent = await client.rotation();
  const cancelled = await desk.ada.send(`POST /api/v1/agents/${agent.id}/rotations/${id}/cancel`, {
    body: {},
  });
  assert.equal(cancelled.status, 200);
  desk.clock.advance({ minutes: 10 });
  assert.equal(await codeOf(desk, sent?.token ?? ''), 'secret_retired');
  assert.deepEqual(await noticesOf(desk, agent.id), []);
  assert.equal(await codeOf(desk, agent.token), 200);
  const again = await desk.ada.send(`POST /api/v1/agents/${agent.id}/rotations/${id}/cancel`, { body: {} });
  assert.equal(again.problem?.code, 'rotation_over');
});

test('an agent that says why it cannot take a secret goes on with the one that it has', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(desk.origin, { token: agent.token });
  const answers = [
    (rotationId: string) => ({
      id: rotationId,
      error: {
        code: -32_000,
        message: 'no',
        data: { rotationId, reason: 'disk_full', text: `no room for ${agent.token}\n` },
      },
    }),
    (rotationId: string) => ({ id: rotationId, error: { code: -32_601, message: 'Method not found' } }),
    (rotationId: string) => ({
      method: 'agent.rotation_failed',
      params: { rotationId, reason: 'not_writable' },
    }),
  ];
  for (const answer of answers) {
    await askToRotate(desk, agent.id);
    const sent = await client.rotation();
    assert.ok(sent);
    client.send({ jsonrpc: '2.0', ...answer(sent.rotationId) });
    while ((await rotationsOf(desk, agent.id))[0]?.state !== 'failed') await sleep(20);
    assert.equal(await codeOf(desk, sent.token), 'secret_retired');
  }
  const failed = (await rotationsOf(desk, agent.id)).map(({ failure, failureText }) => [
    failure,
    failureText,
  ]);
  assert.deepEqual(failed, [
    ['not_writable', null],
    ['other', 'Method not found'],
    ['disk_full', 'no room for kw_agt_[secret]'],
  ]);
  assert.equal(await codeOf(desk, agent.token), 200);
});

// Takes the five seconds that the tenant gives.
test('what is not answered in time stays, and a late answer counts', async () => {
  await using desk = await openDesk();
  await desk.sql('update tenants set agent_rotation_timeout_seconds = 5');
  const agent = await enrollAgent(desk);
  await using client = await greetAs(desk.origin, { token: agent.token });
  await askToRotate(desk, agent.id);
  const sent = await client.rotation();
  assert.ok(sent);
  while ((await rotationsOf(desk, agent.id))[0]?.failure !== 'timeout') await sleep(100);
  assert.deepEqual(await endingsOf(desk, agent.id), ['delivered timeout']);
  client.persisted(sent.rotationId);
  assert.equal(await codeOf(desk, sent.token), 200);
  assert.deepEqual(await endingsOf(desk, agent.id), ['promoted']);
});
