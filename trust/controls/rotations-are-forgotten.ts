import type * as original from '#server/credentials/tokens/rotate.ts';

export const wasRotated: typeof original.wasRotated = async () => false;
