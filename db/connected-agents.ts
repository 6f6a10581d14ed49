import { and, eq, exists, gt, type SQL } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';
import { agents, agentServers } from '#db/schema/agents.ts';

/** A server that has not renewed its row for so long is gone, and so are the connections that it held. */
const serverGoneMs = 20_000;

/** Whether a server that is alive holds the agent's connection. */
export function isConnected(db: Connection, at: Date): SQL {
  const isAlive = and(
    eq(agentServers.id, agents.serverId),
    gt(agentServers.seenAt, new Date(at.getTime() - serverGoneMs)),
  );
  return exists(db.select({ id: agentServers.id }).from(agentServers).where(isAlive));
}
