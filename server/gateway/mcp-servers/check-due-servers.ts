import type { Runtime } from '#server/core/access/context.ts';
import { checkServer } from '#server/gateway/mcp-servers/check-server.ts';
import { findDueServers } from '#server/gateway/mcp-servers/queries.ts';

const atOnce = 8;

/** Looks at the servers that are in use and due, a few at a time: one that hangs holds up none of the others for long. */
export async function checkDueServers(runtime: Runtime): Promise<void> {
  const due = (await findDueServers(runtime.db, runtime.clock.now())).values();
  const checkNext = async () => {
    for (const server of due)
      await checkServer(runtime, server).catch((error: unknown) =>
        runtime.log.warn({ err: error, server: server.id }, 'a tool server could not be checked'),
      );
  };
  await Promise.all(Array.from({ length: atOnce }, checkNext));
}
