import { setTimeout as sleep } from 'node:timers/promises';
import { tryConnect, type AgentClient } from '#server/testing/agent-client.ts';
import { enrollAgents, type EnrolledAgent } from '#server/testing/agents.ts';
import type { Caller } from '#server/testing/caller.ts';
import { expect } from '#server/testing/person.ts';
import type { Stage } from './stage.ts';

let enrolled = 0;

/** Agents of Ada's, with names that nobody else has. */
export function enroll(stage: Stage, count: number): Promise<EnrolledAgent[]> {
  const names = Array.from({ length: count }, () => `trial-${++enrolled}`);
  return enrollAgents({ sql: stage.sql, ada: stage.ada, clock: { now: () => new Date() } }, names);
}

/** Has an agent rotated, now or when it connects. */
export async function askToRotate({ ada }: Stage, { id }: { id: string }): Promise<void> {
  expect(202, await ada.send(`POST /api/v1/agents/${id}/rotate`, { body: { wait: 'reconnect' } }));
}

/** What an agent has on its disk: see `docs/agents.md`. */
export interface Disk {
  current: { epoch: number; token: string };
  next: { epoch: number; token: string } | null;
}

/** Tries what may be newer first, as an agent does that starts; whether it has a secret that works. */
export async function tryDisk(disk: Disk, server: Caller): Promise<boolean> {
  if (disk.next && (await isGood(server, disk.next.token))) {
    disk.current = disk.next;
    disk.next = null;
    return true;
  }
  return isGood(server, disk.current.token);
}

async function isGood(server: Caller, token: string): Promise<boolean> {
  return (await server.send('GET /api/v1/me', { token })).status === 200;
}

/** Connects by what is on the disk and says so; undefined where it is refused. */
export async function greet(origin: string, disk: Disk): Promise<AgentClient | undefined> {
  const connected = await tryConnect(origin, { token: disk.current.token }).catch(() => undefined);
  if (!connected || 'status' in connected) return undefined;
  const { epoch } = disk.current;
  const answer = await connected.hello({ epoch, ...(disk.next && { nextEpoch: disk.next.epoch }) });
  if (answer?.result) return connected;
  connected.vanish();
  return undefined;
}

/** Takes the next secret that is sent, puts it on the disk and says so; false where none comes. */
export async function takeNext(client: AgentClient, disk: Disk, withinMs = 5_000): Promise<boolean> {
  const sent = await client.rotation(withinMs);
  if (!sent) return false;
  disk.next = { epoch: sent.epoch, token: sent.token };
  client.persisted(sent.rotationId);
  return true;
}

/** Resolves once a rotation of an agent has come to a state; false where it does not within five seconds. */
export async function untilState({ sql }: Stage, { id }: { id: string }, state: string): Promise<boolean> {
  const asked = 'select 1 from rotations where agent_id = $1 and state = $2';
  for (let waited = 0; waited < 5_000; waited += 20) {
    if ((await sql(asked, [id, state])).length > 0) return true;
    await sleep(20);
  }
  return false;
}
