import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentPageView, AgentStatus } from '#server/credentials/agents/schema.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { createAgent, enrollByCode } from '#server/testing/enrollment.ts';
import { expect } from '#server/testing/person.ts';

async function pageOf(desk: Desk, query: string): Promise<AgentPageView> {
  const answer = expect(200, await desk.ada.send(`GET /api/v1/agents?${query}`));
  return answer.body as unknown as AgentPageView;
}
const namesOf = async (desk: Desk, query: string) =>
  (await pageOf(desk, query)).items.map(({ name }) => name);

test('the list of agents is filtered, searched, sorted and paged', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const models = { llm_model: ['openai/*'] };
  const alpha = await createAgent(desk.ada, { name: 'alpha', resources: { flow: ['nightly'], ...models } });
  desk.clock.advance({ seconds: 1 });
  const beta = await createAgent(desk.ada, { name: 'beta', resources: { flow: '*' }, ownerId: bob.id });
  desk.clock.advance({ seconds: 1 });
  await createAgent(desk.ada, { name: 'gamma_1' });
  await desk.ada.send(`PATCH /api/v1/agents/${beta.agent.id}`, { body: { enabled: false } });
  const { token } = await enrollByCode(desk, alpha.code);
  await desk.sql('update agents set last_seen_at = now() where id = $1', [alpha.agent.id]);
  assert.deepEqual(await namesOf(desk, ''), ['gamma_1', 'beta', 'alpha']);
  assert.deepEqual(await namesOf(desk, 'sort=name&order=asc'), ['alpha', 'beta', 'gamma_1']);
  assert.deepEqual(await namesOf(desk, 'sort=lastSeenAt&limit=1'), ['alpha']);
  assert.deepEqual(await namesOf(desk, 'sort=rotateAfter&order=asc&limit=1'), ['alpha']);
  assert.deepEqual(await namesOf(desk, 'enabled=false'), ['beta']);
  assert.deepEqual(await namesOf(desk, 'status=disabled'), ['beta']);
  assert.deepEqual(await namesOf(desk, `owner=${bob.id}`), ['beta']);
  assert.deepEqual(await namesOf(desk, 'resource=flow:nightly&sort=name&order=asc'), ['alpha', 'beta']);
  assert.deepEqual(await namesOf(desk, 'resource=llm_model:openai/gpt-5'), ['alpha']);
  assert.deepEqual(await namesOf(desk, 'search=GAM'), ['gamma_1']);
  assert.deepEqual(await namesOf(desk, 'search=%25'), []);
  assert.deepEqual(await namesOf(desk, `search=${token.slice(0, 15)}`), ['alpha']);
  const { items, ...page } = await pageOf(desk, 'limit=2&status=never_connected');
  assert.deepEqual([items.length, page.matching, page.nextCursor], [2, 2, null]);
  const first = await pageOf(desk, 'limit=2');
  assert.deepEqual(await namesOf(desk, `limit=2&cursor=${first.nextCursor}`), ['alpha']);
  const foreign = await desk.ada.send(`GET /api/v1/agents?sort=name&cursor=${first.nextCursor}`);
  assert.equal(foreign.problem?.errors?.[0]?.path, 'cursor');
});

test('each agent has one status, the first that applies, and all are counted', async () => {
  await using desk = await openDesk();
  const server = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a401';
  const gone = '019aa8b4-6f00-7cc3-98c5-dc9fd1c5a402';
  await desk.sql("insert into agent_servers values ($1, $3), ($2, $3::timestamptz - interval '20 seconds')", [
    server,
    gone,
    desk.clock.now(),
  ]);
  const connected = `connected_at = now(), connection_id = '${server}', connection_epoch = 1, server_id = `;
  const onServer = `${connected}'${server}'`;
  const states: Record<string, [AgentStatus, string | undefined]> = {
    a: ['never_connected', undefined],
    b: ['online', onServer],
    c: ['offline', `${connected}'${gone}'`],
    d: ['offline', 'connected_at = now()'],
    e: ['rotation_stuck', `${onServer}, stuck_at = now()`],
    f: ['paused', `${onServer}, stuck_at = now(), paused_at = now()`],
    g: ['disabled', `${onServer}, paused_at = now()`],
    h: ['rotation_pending', onServer],
    i: ['never_connected', 'stuck_at = now()'],
  };
  for (const [name, [, change]] of Object.entries(states)) {
    const { agent } = await createAgent(desk.ada, { name });
    if (change) await desk.sql(`update agents set ${change} where id = $1`, [agent.id]);
  }
  await desk.sql("update credentials set enabled = false where name = 'g'");
  await desk.sql(`insert into rotations (id, tenant_id, agent_id, state, cause, created_at)
    select gen_random_uuid(), a.tenant_id, a.id, 'queued', 'request', now()
    from agents a join credentials c on c.id = a.id where c.name in ('e', 'h', 'i')`);
  const { items, counts } = await pageOf(desk, 'sort=name&order=asc');
  assert.deepEqual(
    Object.fromEntries(items.map(({ name, status }) => [name, status])),
    Object.fromEntries(Object.entries(states).map(([name, [status]]) => [name, status])),
  );
  assert.deepEqual(counts, {
    never_connected: 2,
    online: 1,
    offline: 2,
    rotation_pending: 1,
    rotation_stuck: 1,
    paused: 1,
    disabled: 1,
  });
  for (const status of Object.keys(counts) as AgentStatus[]) {
    const page = await pageOf(desk, `status=${status}`);
    assert.equal(page.items.length, counts[status], status);
    assert.equal(page.matching, counts[status], status);
  }
  assert.deepEqual(
    items.filter(({ online }) => online).map(({ name }) => name),
    ['b', 'e', 'f', 'g', 'h'],
  );
});

test('the newest rotation of each is shown, with the end of the grace of what it replaced', async () => {
  await using desk = await openDesk();
  const { agent } = await createAgent(desk.ada, { name: 'runner' });
  expect(202, await desk.ada.send(`POST /api/v1/agents/${agent.id}/rotate`, { body: { wait: 'reconnect' } }));
  const [shown] = (await pageOf(desk, '')).items;
  assert.deepEqual(
    [shown?.rotation?.state, shown?.rotation?.cause, shown?.rotation?.requestedBy],
    ['queued', 'request', desk.ada.email],
  );
  assert.equal(shown?.rotation?.graceEndsAt, null);
});
