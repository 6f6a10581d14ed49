import { eq } from 'drizzle-orm';
import { oneTimeCodes } from '#db/schema/people.ts';
import type * as original from '#server/core/one-time-codes/queries.ts';

export const markConsumed: typeof original.markConsumed = async (tx, id, at) => {
  const { rowCount } = await tx.update(oneTimeCodes).set({ consumedAt: at }).where(eq(oneTimeCodes.id, id));
  return rowCount === 1;
};
