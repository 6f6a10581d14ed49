import { randomUUIDv7 } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Database } from '#db/client.ts';
import type { Clock } from '#db/clock.ts';
import { createTurns, type Turns } from '#db/turns.ts';
import { createWriteBehind } from '#db/write-behind.ts';
import { auditRow } from '#server/core/audit/record.ts';
import {
  deleteServer,
  renewServer,
  writeClosed,
  type ClosedConnection,
} from '#server/credentials/presence/queries.ts';
import { closeConnection, type AgentConnection } from '#server/doors/agents/connection.ts';
import { startHeartbeat } from '#server/doors/agents/heartbeat.ts';
import { createRecheck } from '#server/doors/agents/recheck.ts';
import { channelLimits } from '#server/doors/agents/schema.ts';
import type { Hub } from '#server/oversight/live-updates/hub.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    agentConnections: AgentConnections;
  }
}

/** The connections of agents that this server holds. */
export interface AgentConnections {
  /** By which others know that this server holds them. */
  serverId: string;
  /** All, those without a hello too. */
  all: ReadonlySet<AgentConnection>;
  isFull(): boolean;
  add(connection: AgentConnection): void;
  /** Makes a connection the agent's own here, in place of one before; false where it has to go. */
  greet(connection: AgentConnection): boolean;
  remove(connection: AgentConnection): void;
  /** Resolves once others know that this server is alive. */
  isListed(): Promise<void>;
  /** Hellos are settled a few at a time: when a server starts all agents say it at once, and others need the database too. */
  hellos: Turns;
  /** How many have said hello. */
  online(): number;
  /** Has the agents come again elsewhere, or here later. */
  close(): Promise<void>;
}

export interface ConnectionsOptions {
  db: Database;
  clock: Clock;
  log: Logger;
  hub: Hub;
}

const renewMs = 5_000;
const lookMs = 500;
const hellosAtOnce = 4;

/** Begins to look after connections, and to hear what concerns them, with the first. */
export function createAgentConnections({ db, clock, log, hub }: ConnectionsOptions): AgentConnections {
  const serverId = randomUUIDv7();
  const all = new Set<AgentConnection>();
  const byAgent = new Map<string, AgentConnection>();
  /** Those without a hello, one an agent: otherwise the secret of one would take all places of this server. */
  const arriving = new Map<string, AgentConnection>();
  const recheck = createRecheck({ db, log, all });
  const closed = createWriteBehind<ClosedConnection>({
    everyMs: 250,
    limit: 100_000,
    // Three lists are its parameters, however many they are.
    batchSize: 10_000,
    merge: (_, later) => later,
    write: (items) => writeClosed(db, items),
    onError: (error) => log.error({ err: error }, 'closed connections of agents could not be written'),
    onDrop: (dropped) => log.error({ dropped }, 'closed connections of agents were dropped'),
  });
  let stop: (() => void) | undefined;
  let listed: Promise<void> | undefined;
  let isClosing = false;

  const renew = () => renewServer(db, serverId, clock.now());

  function start() {
    hub.subscribe(recheck);
    const renewing = setInterval(() => {
      renew().catch((error: unknown) =>
        log.warn({ err: error }, 'this server could not say that it is alive'),
      );
    }, renewMs).unref();
    const stopHeartbeat = startHeartbeat(all);
    const looking = setInterval(() => closeSilent(arriving.values()), lookMs).unref();
    return () => {
      clearInterval(renewing);
      clearInterval(looking);
      stopHeartbeat();
      recheck.stop();
    };
  }

  async function list(): Promise<void> {
    try {
      await renew();
    } catch (error) {
      listed = undefined;
      throw error;
    }
  }

  function noteOffline(connection: AgentConnection): void {
    const [agentId, connectionId] = [agentOf(connection), connection.id];
    closed.add(`${agentId} ${connectionId}`, { agentId, connectionId, at: connection.ctx.now() });
  }

  function noteClosed(connection: AgentConnection): void {
    const { ctx, closedFor } = connection;
    const { agent } = ctx.principal;
    noteOffline(connection);
    // Of all at once there is one row already: that the tenant was suspended, or that a server went.
    if (closedFor === 'tenantSuspended' || isClosing) return;
    const resource = { type: 'agent', id: agent.id, label: agent.name };
    const detail = { why: closedFor ?? 'gone' };
    ctx.runtime.auditQueue.addGathered(auditRow(ctx, { action: 'agent.disconnect', resource, detail }));
  }

  return {
    serverId,
    all,
    isFull: () => isClosing || all.size >= channelLimits.connections,
    add(connection) {
      stop ??= start();
      const before = arriving.get(agentOf(connection));
      if (before) closeConnection(before, 'replaced', connectedAgain);
      arriving.delete(agentOf(connection));
      arriving.set(agentOf(connection), connection);
      all.add(connection);
      recheck.add(connection);
    },
    greet(connection) {
      const id = agentOf(connection);
      if (!all.has(connection) || connection.closedFor !== undefined) {
        // It went while its hello was settled, by which it is the agent's own already.
        noteOffline(connection);
        return false;
      }
      const before = byAgent.get(id);
      byAgent.set(id, connection);
      leave(arriving, connection);
      connection.greetedAt = performance.now();
      // What changed since it was let in was not heard of.
      recheck.onAgent(id);
      if (!before) return true;
      if (before.epoch < connection.epoch)
        closeConnection(before, 'olderEpoch', 'this agent connected with a newer secret');
      else closeConnection(before, 'replaced', connectedAgain);
      return true;
    },
    remove(connection) {
      all.delete(connection);
      recheck.remove(connection);
      leave(arriving, connection);
      leave(byAgent, connection);
      if (connection.greetedAt !== undefined) noteClosed(connection);
    },
    hellos: createTurns({ size: hellosAtOnce, perParty: 1, waitMs: channelLimits.helloMs }),
    isListed: () => (listed ??= list()),
    online: () => byAgent.size,
    async close() {
      if (isClosing) return;
      isClosing = true;
      await closeAll(all);
      await closed.close();
      if (!stop) return;
      stop();
      await deleteServer(db, serverId).catch(() => {});
    },
  };
}

/** By one timer for all: one of its own would stay in memory for as long as each is connected. The oldest comes first. */
function closeSilent(arriving: Iterable<AgentConnection>): void {
  const latest = performance.now() - channelLimits.helloMs;
  for (const connection of arriving) {
    if (connection.openedAt > latest) return;
    if (connection.closedFor !== undefined) continue;
    connection.ctx.runtime.metrics?.agentRefused('noHello');
    closeConnection(connection, 'noHello', 'no hello within 10 s');
  }
}

const connectedAgain = 'this agent connected again';

const agentOf = ({ ctx }: AgentConnection) => ctx.principal.agent.id;

/** Gives up the place of an agent, unless another connection of its has it by now. */
function leave(places: Map<string, AgentConnection>, connection: AgentConnection): void {
  if (places.get(agentOf(connection)) === connection) places.delete(agentOf(connection));
}

const sliceSize = 500;

/** In slices, since others are to be answered meanwhile; within two seconds. */
async function closeAll(all: ReadonlySet<AgentConnection>): Promise<void> {
  let count = 0;
  for (const connection of all) {
    closeConnection(connection, 'goingAway', 'reconnect within 30 s');
    if (++count % sliceSize === 0) await nextTurn();
  }
  for (let waited = 0; all.size > 0 && waited < 2_000; waited += 20) await sleep(20);
}
