import type * as original from '#server/doors/http/origin.ts';

export const servedOrigin: typeof original.servedOrigin = (_, config) => config.url.origin;
