import * as original from '#server/doors/http/origin.ts';

export const isFollowedLink: typeof original.isFollowedLink = (req) => {
  const { origin, 'sec-fetch-dest': dest } = req.headers;
  const isFrame = origin === undefined && dest === 'iframe' && original.isSafeRequest(req);
  return original.isFollowedLink(req) || (isFrame && !original.opensSocket(req));
};
