import * as original from '#server/doors/http/origin.ts';

export const isOwnOrigin: typeof original.isOwnOrigin = (origin, own, config) =>
  original.isOwnOrigin(origin, own, config) || origin.startsWith(own);
