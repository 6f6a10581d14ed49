import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EnrolledAgentView } from '#server/credentials/agents/schema.ts';
import { writeNoticeLetter } from '#server/oversight/notifications/write-notice.ts';
import { connectAgent, greetAs, tryConnect } from '#server/testing/agent-client.ts';
import { enrollAgent } from '#server/testing/agents.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { expect } from '#server/testing/person.ts';
import {
  askToRotate,
  codeOf,
  endingsOf,
  noticesOf,
  rotationsOf,
  takeSecret,
} from '#server/testing/rotations.ts';

test('an agent whose disk was rolled back is given a new secret while the grace lasts, and its owner is told', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(desk.origin, { token: agent.token });
  await askToRotate(desk, agent.id);
  await takeSecret(desk, client);
  await client[Symbol.asyncDispose]();
  await untilOffline(desk, agent.id);
  await using rolledBack = await greetAs(desk.origin, { token: agent.token });
  const fresh = await takeSecret(desk, rolledBack);
  assert.equal(fresh.epoch, 3);
  const [recovery] = await rotationsOf(desk, agent.id);
  assert.deepEqual([recovery?.cause, recovery?.state], ['recovery', 'promoted']);
  assert.deepEqual(await noticesOf(desk, agent.id), ['agent_cloned']);
});

test('after the grace an agent whose disk was rolled back is refused, its owner is told, and a new code helps', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(desk.origin, { token: agent.token });
  await askToRotate(desk, agent.id);
  await takeSecret(desk, client);
  desk.clock.advance({ minutes: 6 });
  const answer = await tryConnect(desk.origin, { token: agent.token });
  assert.ok('status' in answer);
  assert.deepEqual([answer.status, answer.problem.code], [401, 'secret_retired']);
  assert.deepEqual(await noticesOf(desk, agent.id), ['reuse']);
  const { code } = (await desk.ada.send(`POST /api/v1/agents/${agent.id}/code`, { body: {} })).body;
  const swap = { code, host: 'runner-1', version: '0.1.0' };
  const { body } = await desk.send('POST /api/v1/agents/enroll', { body: swap });
  const { token, epoch } = body as unknown as EnrolledAgentView;
  await using again = await greetAs(desk.origin, { token, epoch });
  assert.equal(await again.closed(200), null);
});

test('an agent that was off past the end of its secret is let in to be rotated and to nothing else, until its days are over', async () => {
  await using desk = await openDesk();
  const [agent, late] = [await enrollAgent(desk), await enrollAgent(desk, 'late')];
  desk.clock.advance({ days: 16 });
  assert.equal(await codeOf(desk, agent.token), 'token_expired');
  await using client = await greetAs(desk.origin, { token: agent.token });
  const fresh = await takeSecret(desk, client);
  const [recovery] = await desk.sql<{ cause: string; state: string }>('select cause, state from rotations');
  assert.deepEqual([recovery?.cause, recovery?.state], ['recovery', 'promoted']);
  assert.equal(await codeOf(desk, fresh.token), 200);
  desk.clock.advance({ days: 29 });
  const answer = await tryConnect(desk.origin, { token: late.token });
  assert.ok('status' in answer);
  assert.deepEqual([answer.status, answer.problem.code], [401, 'token_expired']);
});

test('three that were delivered and never heard of are the last that are tried, until someone acts', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await askToRotate(desk, agent.id);
  for (const expected of [2, 3, 4]) {
    await using client = await greetAs(desk.origin, { token: agent.token });
    assert.equal((await client.rotation())?.epoch, expected);
  }
  await using stuck = await greetAs(desk.origin, { token: agent.token });
  assert.equal(await stuck.rotation(300), null);
  assert.deepEqual(await endingsOf(desk, agent.id), Array(3).fill('failed lost'));
  assert.deepEqual(await noticesOf(desk, agent.id), ['agent_stuck']);
  const status = async () =>
    (await desk.ada.send(`GET /api/v1/agents/${agent.id}`)).body['status'] as unknown as string;
  assert.equal(await status(), 'rotation_stuck');
  await askToRotate(desk, agent.id);
  await takeSecret(desk, stuck);
  assert.notEqual(await status(), 'rotation_stuck');
});

test('two hosts that take turns on one secret are found, the owner is told of both, and the agent is paused where the tenant wants it so', async () => {
  for (const action of ['warn', 'pause']) {
    await using desk = await openDesk();
    await desk.sql('update tenants set agent_clone_action = $1', [action]);
    const agent = await enrollAgent(desk);
    for (const host of ['a', 'b', 'a']) {
      const client = await greetAs(desk.origin, { token: agent.token, host });
      await client[Symbol.asyncDispose]();
    }
    assert.deepEqual(await noticesOf(desk, agent.id), []);
    await using last = await connectAgent(desk.origin, { token: agent.token });
    const greeted = await last.hello({ host: 'b' });
    assert.equal(greeted !== null, action === 'warn');
    if (action === 'pause') assert.equal((await last.closed())?.code, 4001);
    assert.deepEqual(await noticesOf(desk, agent.id), ['agent_cloned']);
    const [found] = await desk.sql<{ detail: { places: { host: string }[] } }>(
      "select detail from audit_events where action = 'agent.clone_suspected'",
    );
    assert.deepEqual(
      found?.detail.places.map(({ host }) => host),
      ['a', 'b'],
    );
    const [row] = await desk.sql<{ paused: boolean }>('select paused_at is not null as paused from agents');
    assert.equal(row?.paused, action === 'pause');
    // Resumed by someone who knows, it stays so.
    if (action === 'warn') continue;
    await desk.sql('update agents set paused_at = null, pause_reason = null');
    await using resumed = await greetAs(desk.origin, { token: agent.token, host: 'b' });
    assert.equal(await resumed.closed(200), null);
  }
});

test('a copy that shows the older secret while the agent is connected by the newer one is closed, and given nothing', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(desk.origin, { token: agent.token });
  await askToRotate(desk, agent.id);
  const { token } = await takeSecret(desk, client);
  await using newer = await greetAs(desk.origin, { token, epoch: 2 });
  for (const server of [desk, other]) {
    await using copy = await connectAgent(server.origin, { token: agent.token });
    assert.equal(await copy.hello({ host: 'elsewhere' }), null);
    assert.equal((await copy.closed())?.code, 4010);
  }
  assert.equal(await newer.closed(300), null);
  assert.deepEqual(await noticesOf(desk, agent.id), ['agent_cloned']);
  assert.deepEqual(await endingsOf(desk, agent.id), ['promoted']);
});

async function untilOffline(desk: Desk, id: string): Promise<void> {
  while ((await desk.sql('select 1 from agents where id = $1 and server_id is not null', [id])).length > 0)
    await sleep(20);
}

test('the letter and the notice of a copy name both hosts and from where they called', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  for (const host of ['runner-a', 'runner-b', 'runner-a', 'runner-b']) {
    const client = await greetAs(desk.origin, { token: agent.token, host });
    await client[Symbol.asyncDispose]();
  }
  const places = 'on runner-a (127.0.0.1) and on runner-b (127.0.0.1)';
  const { body } = expect(200, await desk.ada.send('GET /api/v1/notices'));
  assert.deepEqual((body['items'] as unknown as { detail: string }[])[0]?.detail, places);
  const [notice] = await desk.sql<{ id: string }>('select id from notices');
  const { id: userId, tenantId } = { id: desk.ada.id, tenantId: desk.runtime.defaultTenantId };
  const about = { noticeId: notice?.id ?? '' };
  const letter = await writeNoticeLetter(desk.runtime, { kind: 'notice', tenantId, userId, about });
  assert.ok(
    letter?.lines.some((line) => line.includes(places)),
    JSON.stringify(letter?.lines),
  );
});
