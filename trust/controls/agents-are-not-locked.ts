import type * as original from '#server/credentials/rotation/queries.ts';

export const lockAgentCredential: typeof original.lockAgentCredential = async () => {};
