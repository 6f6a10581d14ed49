import * as original from '#server/doors/http/origin.ts';

export const assertOwnOrigin: typeof original.assertOwnOrigin = (req, config, reach = 'linked') =>
  original.assertOwnOrigin(req, config, reach);
