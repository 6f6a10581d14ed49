import type * as original from '#server/doors/http/base-url.ts';

export const isBaseUrl: typeof original.isBaseUrl = () => true;
