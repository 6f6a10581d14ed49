import type * as original from '#server/doors/http/origin.ts';

export const assertOwnOrigin: typeof original.assertOwnOrigin = () => {};
