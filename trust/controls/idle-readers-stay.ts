import type * as original from '#server/doors/http/connections.ts';

export const releaseIdleReaders: typeof original.releaseIdleReaders = () => {};
