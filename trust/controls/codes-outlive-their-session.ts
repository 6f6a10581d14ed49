import type * as original from '#server/core/one-time-codes/consume.ts';

export const endCodesOfSessions: typeof original.endCodesOfSessions = async () => {};
