import * as original from '#server/credentials/tokens/queries.ts';

export const findTokenForUpdate: typeof original.findTokenForUpdate = original.findToken;
