import * as original from '#server/doors/http/base-url.ts';

export const baseUrl: typeof original.baseUrl = (req, config) =>
  original.baseUrl(req, { ...config, urlIsGiven: false });
