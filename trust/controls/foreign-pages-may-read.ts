import * as original from '#server/doors/http/origin.ts';

export const isForeign: typeof original.isForeign = (req, isOwn) => {
  const { origin } = req.headers;
  return origin !== undefined && original.isSafeRequest(req) ? false : original.isForeign(req, isOwn);
};
