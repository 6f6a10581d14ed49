import * as original from '#server/doors/http/client-address.ts';

export const readFromRight: typeof original.readFromRight = (...args) =>
  original.readFromRight(...args) ?? '127.0.0.1';
