import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAgent, greetAs, tryConnect } from '#server/testing/agent-client.ts';
import { enrollAgent } from '#server/testing/agents.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { openFaultProxy } from '#server/testing/fault-proxy.ts';
import { expect } from '#server/testing/person.ts';

const ends: [what: string, statement: string, code: number, reason: RegExp][] = [
  [
    'the agent is paused',
    "update agents set paused_at = now(), pause_reason = 'It floods us' where id = $1",
    4001,
    /^paused: It floods us$/,
  ],
  ['the agent is switched off', 'update credentials set enabled = false where id = $1', 4001, /switched off/],
  ['the agent is deleted', 'update credentials set revoked_at = now() where id = $1', 4001, /deleted/],
  [
    'its secrets are retired',
    "update secrets set state = 'retired', valid_until = now() where credential_id = $1",
    4001,
    /retired/,
  ],
  [
    'its owner is deactivated',
    'update users set deactivated_at = now() where id = (select owner_user_id from agents where id = $1)',
    4001,
    /owner is deactivated/,
  ],
  [
    'its tenant is suspended',
    'update tenants set suspended_at = now() where id = (select tenant_id from agents where id = $1)',
    4003,
    /suspended/,
  ],
  [
    'its owner has another role',
    "update users set role = 'viewer' where id = (select owner_user_id from agents where id = $1)",
    1001,
    /reconnect/,
  ],
];
for (const [what, statement, code, reason] of ends)
  test(`a connection is closed at once when ${what}, on whichever server, also by a statement typed into psql`, async () => {
    await using desk = await openDesk();
    await using other = await desk.another();
    const bob = await desk.join('Bob', 'member');
    const [agent, bystander] = [await enrollAgent(desk, 'his', bob.id), await enrollAgent(desk, 'hers')];
    await using client = await greetAs(other.origin, { token: agent.token });
    await using witness = await greetAs(other.origin, { token: bystander.token });
    await desk.sql(statement, [agent.id]);
    const at = performance.now();
    const closed = await client.closed();
    // Promised are 100 ms; here others are at work too.
    assert.ok(performance.now() - at < 1_000);
    assert.equal(closed?.code, code);
    assert.match(closed?.reason ?? '', reason);
    if (code !== 4003) assert.equal(await witness.closed(200), null);
  });

test('a connection without a hello is closed as well', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await using client = await connectAgent(desk.origin, { token: agent.token });
  await desk.sql('update credentials set enabled = false where id = $1', [agent.id]);
  assert.equal((await client.closed())?.code, 4001);
});

async function rotate(desk: Desk, id: string, client: Awaited<ReturnType<typeof greetAs>>): Promise<string> {
  expect(202, await desk.ada.send(`POST /api/v1/agents/${id}/rotate`, { body: { wait: 'reconnect' } }));
  const sent = await client.rotation();
  client.persisted(sent?.rotationId ?? '');
  expect(200, await desk.send('GET /api/v1/me', { token: sent?.token ?? '' }));
  return sent?.token ?? '';
}

test('neither the promotion of a new secret nor the end of the grace closes the connection that the old one opened', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(desk.origin, { token: agent.token });
  await rotate(desk, agent.id, client);
  desk.clock.advance({ minutes: 6 });
  assert.equal((await desk.send('GET /api/v1/me', { token: agent.token })).problem?.code, 'secret_retired');
  await rotate(desk, agent.id, client);
  assert.equal(await client.closed(300), null);
});

test('an agent that goes while its hello is settled is not taken for one that is there', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await using client = await connectAgent(desk.origin, { token: agent.token });
  const locked = desk.sql(
    'select pg_sleep(0.8) from (select from credentials where id = $1 for update) as held',
    [agent.id],
  );
  await sleep(200);
  const [greeted] = await Promise.all([client.hello(), sleep(200).then(() => client.vanish())]);
  assert.equal(greeted, null);
  await locked;
  await untilRow(desk, 'select 1 from agents where id = $1 and connection_id is not null', agent.id);
  await untilRow(desk, 'select 1 from agents where id = $1 and server_id is null', agent.id);
});

async function untilRow(desk: Desk, statement: string, id: string): Promise<void> {
  for (let waited = 0; (await desk.sql(statement, [id])).length === 0; waited += 50) {
    assert.ok(waited < 5_000, statement);
    await sleep(50);
  }
}

test('an agent that is enrolled again loses the connection of the machine before', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(desk.origin, { token: agent.token });
  const { code } = expect(
    201,
    await desk.ada.send(`POST /api/v1/agents/${agent.id}/code`, { body: {} }),
  ).body;
  const swap = { code, host: 'runner-2', version: '0.1.0' };
  const { body } = expect(201, await desk.send('POST /api/v1/agents/enroll', { body: swap }));
  assert.equal((await client.closed())?.code, 4001);
  const token = body['token'] as unknown as string;
  await using again = await greetAs(desk.origin, { token, epoch: 2, host: 'runner-2' });
  assert.equal(await again.closed(300), null);
});

test('an agent has one connection over all servers: the latest, and what it closes is written down', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const agent = await enrollAgent(desk);
  await using first = await greetAs(desk.origin, { token: agent.token });
  await using second = await greetAs(desk.origin, { token: agent.token });
  assert.deepEqual(await first.closed(), { code: 4009, reason: 'this agent connected again' });
  await using third = await greetAs(other.origin, { token: agent.token });
  assert.equal((await second.closed())?.code, 4009);
  await using fourth = await greetAs(desk.origin, { token: agent.token });
  assert.equal((await third.closed())?.code, 4009);
  assert.equal(await fourth.closed(300), null);
  const [row] = await desk.sql<{ server_id: string }>('select server_id from agents where id = $1', [
    agent.id,
  ]);
  assert.equal(row?.server_id, desk.runtime.agentConnections.serverId);
  desk.clock.advance({ minutes: 2 });
  await desk.settle();
  const replaced = await desk.sql<{ detail: object }>(
    "select detail from audit_events where action = 'agent.disconnect' and resource_id = $1 order by sequence",
    [agent.id],
  );
  assert.deepEqual(replaced[0]?.detail, { why: 'replaced' });
});

test('a hello by a newer secret closes the connection of the older one, on whichever server', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  for (const server of [desk, other]) {
    const agent = await enrollAgent(desk, server === desk ? 'here' : 'there');
    await using client = await greetAs(desk.origin, { token: agent.token });
    const token = await rotate(desk, agent.id, client);
    await using newer = await greetAs(server.origin, { token, epoch: 2 });
    assert.deepEqual(await client.closed(), {
      code: 4010,
      reason: 'this agent connected with a newer secret',
    });
    assert.equal(await newer.closed(200), null);
  }
});

test('a server that stops has its agents come again, waits for none of them, and leaves none marked as online', async () => {
  await using desk = await openDesk();
  const other = await desk.another();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(other.origin, { token: agent.token });
  await using silent = await connectAgent(other.origin, { token: (await enrollAgent(desk, 'silent')).token });
  const at = performance.now();
  await other[Symbol.asyncDispose]();
  assert.ok(performance.now() - at < 5_000);
  for (const one of [client, silent])
    assert.deepEqual(await one.closed(), { code: 1001, reason: 'reconnect within 30 s' });
  const rows = await desk.sql('select 1 from agents where server_id is not null');
  assert.deepEqual(rows, []);
  const servers = await desk.sql('select 1 from agent_servers where id = $1', [
    other.runtime.agentConnections.serverId,
  ]);
  assert.deepEqual(servers, []);
});

test('a server that stops takes no more agents', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  const other = await desk.another({ settings: { KEYWARD_DRAIN_SECONDS: '2' } });
  const stopping = other[Symbol.asyncDispose]();
  await sleep(50);
  const answer = await tryConnect(other.origin, { token: agent.token });
  assert.ok('status' in answer && answer.status === 503, JSON.stringify(answer));
  await stopping;
});

// Takes some seconds: until it is found that nothing is heard, and all connections are looked at.
test('a connection is closed within seconds though the database is not heard', async () => {
  await using desk = await openDesk();
  await using proxy = await openFaultProxy(desk.databaseSocket);
  await using other = await desk.another({ through: proxy });
  const [agent, bystander] = [await enrollAgent(desk, 'one'), await enrollAgent(desk, 'two')];
  await using client = await greetAs(other.origin, { token: agent.token });
  await using witness = await greetAs(other.origin, { token: bystander.token });
  proxy.swallow('listen keyward_access');
  await desk.sql('update credentials set revoked_at = now() where id = $1', [agent.id]);
  assert.equal((await client.closed(8_000))?.code, 4001);
  assert.equal(await witness.closed(200), null);
});

test('connections of agents do not count against those of their address', async () => {
  await using desk = await openDesk();
  await using small = await desk.another({ settings: { KEYWARD_MAX_CONNECTIONS: '3' } });
  await using open = new AsyncDisposableStack();
  for (let each = 0; each < 8; each++) {
    const { token } = await enrollAgent(desk, `one-of-${each}`);
    open.use(await greetAs(small.origin, { token }));
  }
  assert.equal((await small.send('GET /healthz')).status, 200);
});
