import type * as original from '#server/oversight/audit-seals/verify-daily.ts';

export const verifyDaily: typeof original.verifyDaily = async () => {};
