import type * as original from '#server/doors/http/origin.ts';

export const opensSocket: typeof original.opensSocket = () => false;
