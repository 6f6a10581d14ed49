import * as original from '#server/doors/http/origin.ts';

/** The scheme makes no difference. */
export const isOwnOrigin: typeof original.isOwnOrigin = (origin, own, config) =>
  original.isOwnOrigin(origin, own, config) || URL.parse(origin)?.host === new URL(own).host;
