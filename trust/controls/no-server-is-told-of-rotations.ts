import type * as original from '#server/credentials/rotation/queries.ts';

export const notifyAgentServers: typeof original.notifyAgentServers = async () => {};
