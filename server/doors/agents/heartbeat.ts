import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentConnection } from '#server/doors/agents/connection.ts';
import { channelLimits } from '#server/doors/agents/schema.ts';

/** Pinging 10,000 at once would keep all others waiting for a third of a second. */
const slice = { size: 200, everyMs: 50 } as const;
const mostMissed = 2;

/** Pings every connection each 30 s, and ends those that have missed two. Returns how to stop. */
export function startHeartbeat(all: ReadonlySet<AgentConnection>): () => void {
  const stopping = new AbortController();
  const timer = setInterval(
    () => void pingAll(all, stopping.signal),
    channelLimits.heartbeatSeconds * 1_000,
  ).unref();
  return () => {
    clearInterval(timer);
    stopping.abort();
  };
}

async function pingAll(all: ReadonlySet<AgentConnection>, stopping: AbortSignal): Promise<void> {
  let count = 0;
  for (const connection of all) {
    if (stopping.aborted) return;
    ping(connection);
    if (++count % slice.size === 0) await sleep(slice.everyMs, undefined, { ref: false });
  }
}

function ping(connection: AgentConnection): void {
  const { socket } = connection;
  if (socket.readyState !== socket.OPEN) return;
  if (connection.missedPings >= mostMissed) return socket.terminate();
  connection.missedPings++;
  socket.ping();
}
