import { and, gt, isNull } from 'drizzle-orm';
import { oneTimeCodes } from '#db/schema/people.ts';
import type * as original from '#server/core/one-time-codes/queries.ts';

export const isOpen: typeof original.isOpen = (at) =>
  and(isNull(oneTimeCodes.consumedAt), gt(oneTimeCodes.expiresAt, at));
