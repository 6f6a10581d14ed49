import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Database } from '#db/client.ts';
import { findStandings, isSuspended, type Standing } from '#server/credentials/presence/queries.ts';
import { closingOf, ofSuspended } from '#server/credentials/presence/rules.ts';
import { asAgent, breakOff, closeConnection, type AgentConnection } from '#server/doors/agents/connection.ts';
import { deliverRotation } from '#server/doors/agents/serve-rotation.ts';
import { keysOf, type HubSubscriber } from '#server/oversight/live-updates/hub.ts';

/** Looks again at agents that are connected: whether they still may be, and whether a rotation waits for them. */
export interface Recheck extends HubSubscriber {
  add(connection: AgentConnection): void;
  remove(connection: AgentConnection): void;
  stop(): void;
}

/** What was read of some agents, and when that began. */
interface Batch {
  ids: string[];
  readAt: number;
  standings: Map<string, Standing>;
}

const batchSize = 2_000;
const closedInOneTurn = 200;
const everyMs = 300_000;
const tenantKey = 'tenant:';

/** `all`: the connections that there are. All of them are looked at every few minutes too: of time that passes no one is told. */
export function createRecheck({
  db,
  log,
  all,
}: {
  db: Database;
  log: Logger;
  all: ReadonlySet<AgentConnection>;
}): Recheck {
  const byKey = new Map<string, Set<AgentConnection>>();
  const due = new Set<string>();
  let isRunning = false;

  function lookSoon(connections: Iterable<AgentConnection>): void {
    for (const { ctx, closedFor } of connections)
      if (closedFor === undefined) due.add(ctx.principal.agent.id);
    if (isRunning || due.size === 0) return;
    isRunning = true;
    setImmediate(() => void look());
  }

  async function look(): Promise<void> {
    for (let reading = readNext(); reading; reading ??= readNext()) {
      const batch = await reading;
      // While the database reads the next, this one is dealt with.
      reading = readNext();
      if (batch) await judge(batch);
    }
    isRunning = false;
  }

  function readNext(): Promise<Batch | undefined> | undefined {
    if (due.size === 0) return undefined;
    const ids = [...due].slice(0, batchSize);
    for (const id of ids) due.delete(id);
    return read(ids);
  }

  /** Undefined, and they are due again, where the database is away. */
  async function read(ids: string[]): Promise<Batch | undefined> {
    const readAt = performance.now();
    try {
      const rows = await findStandings(db, ids);
      return { ids, readAt, standings: new Map(rows.map((row) => [row.id, row])) };
    } catch (error) {
      log.warn({ err: error }, 'agents that are connected could not be looked at');
      await sleep(1_000, undefined, { ref: false });
      for (const id of ids) due.add(id);
      return undefined;
    }
  }

  async function judge({ ids, readAt, standings }: Batch): Promise<void> {
    let count = 0;
    for (const id of ids)
      for (const connection of byKey.get(`credential:${id}`) ?? []) {
        act(connection, standings.get(id), readAt);
        if (++count % closedInOneTurn === 0) await nextTurn();
      }
  }

  /** Of all at once one row says it: ten thousand have to be gone within a second. */
  async function lookAtTenant(key: string): Promise<void> {
    if (!byKey.has(key)) return;
    const suspended = await isSuspended(db, key.slice(tenantKey.length)).catch(() => false);
    // Those of now: one that comes later is looked at once it is greeted, and the tenant may be resumed by then.
    const those = [...(byKey.get(key) ?? [])];
    if (!suspended) return lookSoon(those);
    for (const [place, connection] of those.entries()) {
      closeConnection(connection, ofSuspended.why, ofSuspended.reason);
      if ((place + 1) % closedInOneTurn === 0) await nextTurn();
    }
  }

  let timer: NodeJS.Timeout | undefined;
  return {
    add(connection) {
      timer ??= setInterval(() => lookSoon(all), everyMs).unref();
      for (const key of keysOf(connection.ctx.principal)) {
        const those = byKey.get(key);
        if (those) those.add(connection);
        else byKey.set(key, new Set([connection]));
      }
    },
    remove(connection) {
      for (const key of keysOf(connection.ctx.principal)) {
        const those = byKey.get(key);
        those?.delete(connection);
        if (those?.size === 0) byKey.delete(key);
      }
    },
    onAccess(key) {
      if (key.startsWith(tenantKey)) void lookAtTenant(key);
      else lookSoon(byKey.get(key) ?? []);
    },
    onAgent: (id) => lookSoon(byKey.get(`credential:${id}`) ?? []),
    onMissed: () => lookSoon(all),
    stop: () => clearInterval(timer),
  };
}

/** What was read before a connection was opened, or greeted, says nothing about it: it is looked at anew once it is greeted. */
function act(connection: AgentConnection, standing: Standing | undefined, readAt: number): void {
  const { ctx, id, epoch, openedAt, greetedAt } = connection;
  if (openedAt >= readAt) return;
  const hasSaidHello = greetedAt !== undefined && greetedAt < readAt;
  const { ownerId, ownerRole } = ctx.principal.agent;
  const closing = closingOf(standing, { id, epoch, hasSaidHello, ownerId, ownerRole });
  if (closing) return closeConnection(connection, closing.why, closing.reason);
  if (!standing?.hasQueued || !hasSaidHello) return;
  asAgent(connection, () => deliverRotation(connection)).catch((error: unknown) =>
    breakOff(connection, error),
  );
}
