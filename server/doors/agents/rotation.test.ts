import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RotationPageView, RotationView } from '#server/credentials/rotation/schema.ts';
import { greetAs } from '#server/testing/agent-client.ts';
import { enrollAgent } from '#server/testing/agents.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { expect } from '#server/testing/person.ts';

async function rotationsOf(desk: Desk, id: string): Promise<RotationView[]> {
  const answer = expect(200, await desk.ada.send(`GET /api/v1/agents/${id}/rotations`));
  return (answer.body as unknown as RotationPageView).items;
}

test('an agent is given a new secret over its channel, and its first use makes it the current one', async () => {
  await using desk = await openDesk();
  const agent = await enrollAgent(desk);
  await using client = await greetAs(desk.origin, { token: agent.token });
  expect(202, await desk.ada.send(`POST /api/v1/agents/${agent.id}/rotate`, { body: {} }));
  const sent = await client.rotation();
  assert.ok(sent);
  assert.equal(sent.epoch, 2);
  client.persisted(sent.rotationId);
  assert.equal((await desk.send('GET /api/v1/me', { token: sent.token })).status, 200);
  assert.equal((await desk.send('GET /api/v1/me', { token: agent.token })).status, 200);
  const [rotation] = await rotationsOf(desk, agent.id);
  assert.equal(rotation?.state, 'promoted');
  assert.ok(rotation?.graceEndsAt);
});
