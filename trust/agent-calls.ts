import type { CreatedAgentView } from '#server/credentials/agents/schema.ts';
import { textOf } from '#server/testing/caller.ts';
import type { Person } from '#server/testing/person.ts';
import { by, byAdmin, byStranger, post, type Prepare } from './prepare.ts';
import type { TrialTenant } from './trial.ts';

const agents = new WeakMap<Person, Promise<CreatedAgentView>>();
/** One for each admin, who is known by what it reaches. */
function agent({ admin }: TrialTenant): Promise<CreatedAgentView> {
  const made = agents.get(admin) ?? create(admin);
  agents.set(admin, made);
  return made;
}
const create = async (admin: Person) =>
  (await post(admin, '/agents', {
    name: 'runner',
    resources: { flow: [admin.id] },
  })) as unknown as CreatedAgentView;
const idOfAgent = async (place: TrialTenant) => ({ id: (await agent(place)).agent.id });

async function pausedAgent(place: TrialTenant) {
  const input = await idOfAgent(place);
  await post(place.admin, `/agents/${input.id}/pause`, { reason: 'It floods the build server' });
  return input;
}

async function queuedRotation(place: TrialTenant) {
  const { id } = await idOfAgent(place);
  const queued = await post(place.admin, `/agents/${id}/rotate`, { wait: 'reconnect' });
  return { id, rotationId: textOf(queued['id']) };
}

export const agentCalls: Record<string, Prepare> = {
  'agents.list': byAdmin(async (place) => {
    await agent(place);
    return {};
  }),
  'agents.get': byAdmin(idOfAgent),
  'agents.create': by('admin', { name: 'another' }),
  'agents.issueCode': byAdmin(idOfAgent),
  'agents.enroll': byStranger(async (place) => ({
    code: (await agent(place)).code,
    host: 'host',
    version: '0.1.0',
  })),
  'agents.update': byAdmin(async (place) => ({ ...(await idOfAgent(place)), name: 'renamed' })),
  'agents.pause': byAdmin(async (place) => ({ ...(await idOfAgent(place)), reason: 'It floods' })),
  'agents.resume': byAdmin(pausedAgent),
  'agents.transfer': byAdmin(async (place) => ({ ...(await idOfAgent(place)), userId: place.member.id })),
  'agents.remove': byAdmin(idOfAgent),
  'rotations.rotate': byAdmin(async (place) => ({ ...(await idOfAgent(place)), wait: 'reconnect' })),
  'rotations.list': byAdmin(async (place) => ({ id: (await queuedRotation(place)).id })),
  'rotations.cancel': byAdmin(queuedRotation),
};
