import type * as original from '#server/doors/http/body.ts';

export const assertStorable: typeof original.assertStorable = () => {};
