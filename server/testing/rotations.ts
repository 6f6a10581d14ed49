import type { RotationPageView, RotationView } from '#server/credentials/rotation/schema.ts';
import type { AgentClient } from '#server/testing/agent-client.ts';
import type { Desk } from '#server/testing/desk.ts';
import { expect } from '#server/testing/person.ts';

/** The rotations of an agent, newest first. */
export async function rotationsOf(desk: Desk, agentId: string): Promise<RotationView[]> {
  const answer = expect(200, await desk.ada.send(`GET /api/v1/agents/${agentId}/rotations`));
  return (answer.body as unknown as RotationPageView).items;
}

/** Has an agent rotated, now or when it connects. */
export async function askToRotate(desk: Desk, agentId: string): Promise<RotationView> {
  const call = `POST /api/v1/agents/${agentId}/rotate`;
  return expect(202, await desk.ada.send(call, { body: { wait: 'reconnect' } }))
    .body as unknown as RotationView;
}

/** Takes the secret that is sent, as a good agent does, and uses it. */
export async function takeSecret(desk: Desk, client: AgentClient): Promise<{ token: string; epoch: number }> {
  const sent = await client.rotation();
  if (!sent) throw new Error('no secret was sent');
  client.persisted(sent.rotationId);
  expect(200, await desk.send('GET /api/v1/me', { token: sent.token }));
  return sent;
}
