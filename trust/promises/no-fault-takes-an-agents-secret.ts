import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentClient } from '#server/testing/agent-client.ts';
import type { EnrolledAgent } from '#server/testing/agents.ts';
import type { ServerProcess } from '#server/testing/process.ts';
import { askToRotate, enroll, greet, takeNext, tryDisk, untilState, type Disk } from '#trust/agents.ts';
import { startAgain } from '#trust/faults.ts';
import type { TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';

/** An agent of the trial, connected to the server that is about to die. */
interface Trial {
  stage: Stage;
  agent: EnrolledAgent;
  disk: Disk;
  client: AgentClient;
}

/** How far a rotation comes before its server is killed; false where it did not come so far. */
const faults: Record<string, (trial: Trial) => Promise<boolean>> = {
  'once it was staged': ({ stage, agent }) => untilState(stage, agent, 'staged'),
  async 'once it was delivered'({ client }) {
    return (await client.rotation()) !== null;
  },
  async 'once it was on the disk, and nothing was said'({ client, disk }) {
    const sent = await client.rotation();
    if (sent) disk.next = { epoch: sent.epoch, token: sent.token };
    return sent !== null;
  },
  async 'between persisted and promoted'({ client, disk, stage, agent }) {
    return (await takeNext(client, disk)) && untilState(stage, agent, 'persisted');
  },
  async 'once it was promoted, and the answer was lost'({ client, disk, stage }) {
    if (!(await takeNext(client, disk)) || !disk.next) return false;
    return (await stage.servers[1].send('GET /api/v1/me', { token: disk.next.token })).status === 200;
  },
};

/** Sleeps before a secret counts as sent, so that its server can be killed before that. */
const slowDelivery = `create or replace function slow_delivery() returns trigger language plpgsql as $$
  begin perform pg_sleep(1); return new; end $$;
  create or replace trigger slow_delivery before update on rotations
  for each row when (new.state = 'delivered' and old.state = 'staged') execute function slow_delivery()`;

/** Kills a server in the middle of a rotation, and has its agent connect to the other. */
async function isWorkingAfter(
  stage: Stage,
  fault: string,
  server: ServerProcess,
): Promise<string | undefined> {
  const [agent] = await enroll(stage, 1);
  if (!agent) return 'not enrolled';
  const disk: Disk = { current: { epoch: 1, token: agent.token }, next: null };
  const client = await greet(server.origin, disk);
  if (!client) return 'not connected';
  const isSlow = fault === 'once it was staged';
  if (isSlow) await stage.sql(slowDelivery);
  await askToRotate(stage, agent);
  const hasCome = await faults[fault]?.({ stage, agent, disk, client });
  await server.stop('SIGKILL');
  if (isSlow) await stage.sql('drop trigger slow_delivery on rotations');
  if (!hasCome) return 'it did not come so far';
  return recover(stage, agent, disk);
}

/** What is wrong with an agent that has come back; undefined: it works, and by the secret of one last rotation. */
async function recover(stage: Stage, agent: EnrolledAgent, disk: Disk): Promise<string | undefined> {
  const [, other] = stage.servers;
  if (!(await tryDisk(disk, other))) return 'no secret on its disk works';
  await using again = await greet(other.origin, disk);
  if (!again) return 'it is not let in again';
  if (await takeNext(again, disk, 2_000)) await tryDisk(disk, other);
  await askToRotate(stage, agent);
  if (!(await takeNext(again, disk))) return 'it is not rotated again';
  const { epoch } = disk.current;
  if (!(await tryDisk(disk, other)) || disk.current.epoch === epoch) return 'its new secret does not work';
  return undefined;
}

export const promise: TrustPromise = {
  id: 'G14',
  name: 'a server that is killed in the middle of a rotation, wherever, leaves the agent with a secret that works and can be rotated',
  threshold: `${Object.keys(faults).length} of ${Object.keys(faults).length} places`,
  isFast: false,
  ownStage: true,
  async check(stage) {
    const wrong: string[] = [];
    let server: ServerProcess = await stage.another();
    for (const fault of Object.keys(faults)) {
      const found = await isWorkingAfter(stage, fault, server);
      if (found) wrong.push(`${fault}: ${found}`);
      server = await startAgain(stage, server);
      await sleep(100);
    }
    await server[Symbol.asyncDispose]();
    const count = Object.keys(faults).length;
    const note = wrong.length > 0 ? ` (${wrong.join('; ')})` : '';
    return { measured: `${count - wrong.length} of ${count} places${note}`, holds: wrong.length === 0 };
  },
  control: [
    {
      without: 'the old secret working until the new one is used',
      replaced: ['staging-ends-the-current-secret'],
    },
    {
      without: 'trying again what was never delivered',
      replaced: ['hellos-decide-nothing'],
    },
  ],
};
