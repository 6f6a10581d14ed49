import * as original from '#server/doors/agents/agent-connections.ts';

export const createAgentConnections: typeof original.createAgentConnections = (options) => {
  const connections = original.createAgentConnections(options);
  return {
    ...connections,
    close() {
      for (const { socket } of connections.all) socket.terminate();
      return connections.close();
    },
  };
};
