import type * as original from '#server/credentials/tokens/commands.ts';
import { lockActiveOwner } from '#server/credentials/tokens/issue.ts';
import { findTokenForUpdate } from '#server/credentials/tokens/queries.ts';
import { notFound } from '#server/errors.ts';

export const lockOwnedToken: typeof original.lockOwnedToken = async (tx, owner, id) => {
  const token = await findTokenForUpdate(tx, owner, id);
  await lockActiveOwner(tx, owner);
  if (!token) throw notFound('token');
  return token;
};
