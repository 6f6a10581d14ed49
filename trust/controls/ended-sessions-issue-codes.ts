import * as original from '#server/core/one-time-codes/queries.ts';

export const lockIssuedBy: typeof original.lockIssuedBy = async (tx, issuer) => {
  await original.lockIssuedBy(tx, issuer);
  return true;
};
