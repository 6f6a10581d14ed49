import * as original from '#server/doors/http/server.ts';

export const startHttpServer: typeof original.startHttpServer = ({ config, ...runtime }, ...rest) =>
  original.startHttpServer({ ...runtime, config: { ...config, drainSeconds: 0 } }, ...rest);

export const drain: typeof original.drain = async (server) => {
  server.close();
  server.closeAllConnections();
};
