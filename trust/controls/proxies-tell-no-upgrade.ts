import type * as original from '#server/doors/http/origin.ts';

export const opensSocket: typeof original.opensSocket = ({ headers }) =>
  headers['sec-websocket-key'] !== undefined || Boolean(headers.upgrade);
