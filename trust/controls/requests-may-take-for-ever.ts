import * as original from '#server/doors/http/listen.ts';

export const openListener: typeof original.openListener = async (...args) => {
  const server = await original.openListener(...args);
  return Object.assign(server, { headersTimeout: 0, requestTimeout: 0 });
};
