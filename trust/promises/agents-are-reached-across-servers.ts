import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentClient } from '#server/testing/agent-client.ts';
import { askToRotate, enroll, greet, takeNext, tryDisk, type Disk } from '#trust/agents.ts';
import type { TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';

const agents = 20;

interface Trial {
  id: string;
  disk: Disk;
  client: AgentClient;
}

/** Agents that are connected to the second server; all is asked of the first. */
async function connectAll(stage: Stage): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (const { id, token } of await enroll(stage, agents)) {
    const disk: Disk = { current: { epoch: 1, token }, next: null };
    const client = await greet(stage.servers[1].origin, disk);
    if (client) trials.push({ id, disk, client });
  }
  return trials;
}

/** In how many rows of the database a secret stands as it is. */
async function countRowsWith({ sql }: Stage, tokens: string[]): Promise<number> {
  const tables = await sql<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_type = 'BASE TABLE' and table_schema in ('public', 'pgboss')`,
  );
  let count = 0;
  for (const { name } of tables)
    count += (
      await sql(`select 1 from ${name} t where t::text like any ($1)`, [tokens.map((each) => `%${each}%`)])
    ).length;
  return count;
}

export const promise: TrustPromise = {
  id: 'G12',
  name: 'a rotation asked of one server reaches the agent that is connected to another, and its secret never stands in the database',
  threshold: `${agents} of ${agents} agents, 0 rows`,
  isFast: true,
  async check(stage) {
    const trials = await connectAll(stage);
    let rotated = 0;
    for (const { id, disk, client } of trials) {
      await askToRotate(stage, { id });
      if (await takeNext(client, disk, 3_000)) await tryDisk(disk, stage.servers[0]);
      if (disk.current.epoch === 2) rotated++;
      else break;
    }
    // What is written later has been written.
    await sleep(1_000);
    const rows = await countRowsWith(
      stage,
      trials.map(({ disk }) => disk.current.token),
    );
    for (const { client } of trials) await client[Symbol.asyncDispose]();
    return {
      measured: `${rotated} of ${agents} agents, ${rows} rows`,
      holds: rotated === agents && rows === 0,
    };
  },
  control: [
    { without: 'telling the server that holds the connection', replaced: ['no-server-is-told-of-rotations'] },
    {
      without: 'keeping the secret out of the database',
      patches: [
        {
          file: 'server/credentials/rotation/stage-rotation.ts',
          find: 'agent, rotation, by: rotatingServer(tenantId) });',
          replace: 'agent, rotation, by: rotatingServer(tenantId), detail: { token: secret.reveal() } });',
        },
      ],
    },
  ],
};
