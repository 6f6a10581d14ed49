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

/** How the rotations of an agent ended, newest first: the state, and why it failed. */
export async function endingsOf(desk: Desk, agentId: string): Promise<string[]> {
  const all = await rotationsOf(desk, agentId);
  return all.map(({ state, failure }) => (failure === null ? state : `${state} ${failure}`));
}

/** What was told of an agent. */
export async function noticesOf(desk: Desk, agentId: string): Promise<string[]> {
  const all = 'select kind from notices where credential_id = $1 order by id';
  return (await desk.sql<{ kind: string }>(all, [agentId])).map(({ kind }) => kind);
}

/** What a secret is answered with: 200, or why it is refused. */
export async function codeOf(desk: Desk, token: string): Promise<string | number> {
  const answer = await desk.send('GET /api/v1/me', { token });
  return answer.problem?.code ?? answer.status;
}
