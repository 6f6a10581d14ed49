import { randomUUIDv7 } from 'node:crypto';
import type { Runtime } from '#server/core/access/context.ts';
import {
  countUnderWay,
  findCandidates,
  insertRotation,
  notifyAgentServers,
  noteChecked,
  type Candidate,
} from '#server/credentials/rotation/queries.ts';
import { mayTry, rotationDueAt, rotationsAtOnce } from '#server/credentials/rotation/rules.ts';

/**
 * Begins the rotations that are due, of agents that are connected: of others it begins with their next hello. As many as a
 * server does at a time; what is left comes with the next call, a minute later. Returns how many began.
 */
export async function scheduleRotations({ db, clock }: Pick<Runtime, 'db' | 'clock'>): Promise<number> {
  const at = clock.now();
  const underWay = await countUnderWay(db, at);
  const due = (await findCandidates(db, at)).filter(
    (agent) => rotationDueAt(agent, agent) <= at && mayTry(agent, agent.isCheck, at),
  );
  const begun = due.filter((agent) => takeRoom(underWay, agent));
  if (begun.length > 0) await begin({ db }, begun, at);
  const left = new Set(due.filter((agent) => !begun.includes(agent)).map(({ tenantId }) => tenantId));
  await noteChecked(db, at, [...left]);
  return begun.length;
}

function takeRoom(underWay: Map<string, number>, { serverId }: Candidate): boolean {
  const count = underWay.get(serverId) ?? 0;
  if (count >= rotationsAtOnce) return false;
  underWay.set(serverId, count + 1);
  return true;
}

function begin({ db }: Pick<Runtime, 'db'>, agents: Candidate[], createdAt: Date): Promise<void> {
  const inOrder = agents.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return db.transaction(async (tx) => {
    for (const { id: agentId, tenantId } of inOrder)
      await insertRotation(tx, {
        id: randomUUIDv7(),
        tenantId,
        agentId,
        state: 'queued',
        cause: 'schedule',
        createdAt,
      });
    await notifyAgentServers(
      tx,
      inOrder.map(({ id }) => id),
    );
  });
}
