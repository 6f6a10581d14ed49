import * as original from '#server/doors/http/origin.ts';

export const assertOwnOrigin: typeof original.assertOwnOrigin = (req, config, reach) => {
  if (!original.isSafeRequest(req)) original.assertOwnOrigin(req, config, reach);
};
