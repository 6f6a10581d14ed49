import { greetAs } from '#server/testing/agent-client.ts';
import { askToRotate, enroll } from '#trust/agents.ts';
import type { TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';

const agents = 10;
const uses = 20;

/** Uses a new secret at both servers at once, many times; whether all were answered and one made it the current one. */
async function isPromotedOnce(stage: Stage, agent: { id: string; token: string }): Promise<boolean> {
  const { servers } = stage;
  await using client = await greetAs(servers[0].origin, { token: agent.token });
  await askToRotate(stage, agent);
  const token = (await client.rotation())?.token;
  if (!token) return false;
  const answers = await Promise.all(
    Array.from({ length: uses }, (_, at) =>
      (servers[at % 2] ?? servers[0]).send('GET /api/v1/me', { token }),
    ),
  );
  const promotions = await stage.sql(
    "select 1 from audit_events where action = 'rotation.promote' and resource_id = $1",
    [agent.id],
  );
  return promotions.length === 1 && answers.every(({ status }) => status === 200);
}

export const promise: TrustPromise = {
  id: 'G4',
  name: `of ${uses} first uses of an agent's new secret at once, at two servers, one promotes it and all are answered`,
  threshold: `${agents} of ${agents} rotations`,
  isFast: true,
  async check(stage) {
    let once = 0;
    for (const agent of await enroll(stage, agents)) if (await isPromotedOnce(stage, agent)) once++;
    return { measured: `${once} of ${agents} rotations`, holds: once === agents };
  },
  control: {
    without: 'a lock on the credential of the agent',
    replaced: ['agents-are-not-locked'],
  },
};
