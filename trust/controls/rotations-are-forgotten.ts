import type * as original from '#server/core/secrets/replace-secret.ts';

export const wasRotated: typeof original.wasRotated = async () => false;
