import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { scheduleRotations } from '#server/credentials/rotation/schedule-rotations.ts';
import { greetAs, type AgentClient } from '#server/testing/agent-client.ts';
import { enrollAgent, enrollAgents, type EnrolledAgent } from '#server/testing/agents.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';

/** Moves the clock; connections are still known to be held after that. */
async function pass(desk: Desk, time: { days?: number; minutes?: number; seconds?: number }): Promise<void> {
  desk.clock.advance(time);
  await desk.sql('update agent_servers set seen_at = $1', [desk.clock.now()]);
}

const begin = (desk: Desk) => scheduleRotations(desk.runtime);

/** Has the database say that agents are connected to a server, which knows nothing of it. */
async function markConnected(desk: Desk, agents: EnrolledAgent[]): Promise<void> {
  const { serverId } = desk.runtime.agentConnections;
  await desk.sql('insert into agent_servers (id, seen_at) values ($1, $2)', [serverId, desk.clock.now()]);
  await desk.sql(
    `update agents set server_id = $1, connected_at = $2, connection_id = gen_random_uuid(), connection_epoch = 1
     where id = any($3)`,
    [serverId, desk.clock.now(), agents.map(({ id }) => id)],
  );
}

async function refuse(client: AgentClient): Promise<void> {
  const sent = await client.rotation();
  assert.ok(sent, 'no secret was sent');
  const error = { code: -32_000, message: 'no', data: { rotationId: sent.rotationId, reason: 'disk_full' } };
  client.send({ jsonrpc: '2.0', id: sent.rotationId, error });
}

/** Until nothing is under way any more. */
async function untilOver(desk: Desk): Promise<void> {
  const open = "select 1 from rotations where state in ('queued', 'staged', 'delivered', 'persisted')";
  while ((await desk.sql(open)).length > 0) await sleep(20);
}

test('what is due is begun, of agents that are connected and may be rotated, and of no other', async () => {
  await using desk = await openDesk();
  const names = ['due', 'young', 'offline', 'off', 'paused', 'stuck', 'orphan'];
  const bob = await desk.join('Bob', 'member');
  const agents = await enrollAgents(desk, names.slice(0, -1));
  agents.push(await enrollAgent(desk, 'orphan', bob.id));
  await using open = new AsyncDisposableStack();
  const clients = new Map<string, AgentClient>();
  for (const { name, token } of agents)
    if (name !== 'offline') clients.set(name, open.use(await greetAs(desk.origin, { token })));
  await pass(desk, { days: 8 });
  const young =
    "update agents set rotate_after = $1 where id = (select id from credentials where name = 'young')";
  await desk.sql(young, [new Date(desk.clock.now().getTime() + 86_400_000)]);
  // As they stand in the database: their connections are closed a moment later.
  await desk.sql("update credentials set enabled = false where name = 'off'");
  await desk.sql(
    "update agents set paused_at = now() where id = (select id from credentials where name = 'paused')",
  );
  await desk.sql(
    "update agents set stuck_at = now() where id = (select id from credentials where name = 'stuck')",
  );
  await desk.sql('update users set deactivated_at = now() where id = $1', [bob.id]);
  assert.equal(await begin(desk), 1);
  assert.equal((await clients.get('due')?.rotation())?.epoch, 2);
  const rows = await desk.sql<{ cause: string; requested_by: string | null }>(
    'select cause, requested_by from rotations',
  );
  assert.deepEqual(rows, [{ cause: 'schedule', requested_by: null }]);
});

test('an agent that comes back after it was due is rotated then', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  desk.clock.advance({ days: 8 });
  await using client = await greetAs(desk.origin, { token: agent.token });
  assert.equal((await client.rotation())?.epoch, 2);
});

test('a tenant is looked at as often as it says, and what failed is tried after 1, 5 and 15 minutes', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(desk.origin, { token: agent.token });
  assert.equal(await begin(desk), 0);
  await pass(desk, { days: 8 });
  await desk.sql('update tenants set agents_checked_at = $1', [desk.clock.now()]);
  assert.equal(await begin(desk), 0, 'it is not time to look');
  await pass(desk, { minutes: 60 });
  const tries: [minutes: number, begun: number][] = [
    [0, 1],
    [0.9, 0],
    [0.1, 1],
    [4.9, 0],
    [0.1, 1],
    [14, 0],
    [1, 1],
    [15, 0],
    [30, 1],
    [59, 0],
    [1, 1],
  ];
  for (const [minutes, begun] of tries) {
    await pass(desk, { seconds: minutes * 60 });
    assert.equal(await begin(desk), begun, `after ${minutes} minutes`);
    if (begun === 1) await refuse(client);
    await untilOver(desk);
  }
});

test('fifty are under way at a time, and the rest follow when there is room', async () => {
  await using desk = await openDesk();
  const agents = await enrollAgents(
    desk,
    Array.from({ length: 60 }, (_, at) => `a-${at}`),
  );
  await markConnected(desk, agents);
  await pass(desk, { days: 8 });
  assert.equal(await begin(desk), 50);
  assert.equal(await begin(desk), 0);
  await desk.sql("update rotations set state = 'cancelled', ended_at = now()");
  const later = new Date(desk.clock.now().getTime() + 7 * 86_400_000);
  await desk.sql('update agents set rotate_after = $1 where id in (select agent_id from rotations)', [later]);
  assert.equal(await begin(desk), 10);
});

test('two servers that look at the same moment begin each rotation once', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const agents = await enrollAgents(
    desk,
    Array.from({ length: 20 }, (_, at) => `a-${at}`),
  );
  await markConnected(desk, agents);
  await pass(desk, { days: 8 });
  await Promise.all([desk, other].map(({ runtime }) => scheduleRotations(runtime)));
  const rows = await desk.sql('select 1 from rotations');
  assert.equal(rows.length, 20);
});
