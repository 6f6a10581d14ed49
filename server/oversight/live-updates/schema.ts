import { z } from 'zod';

/** What changed, by the first part of audit actions (`token`, `user`); empty when watching has just begun. */
export const changesView = z.object({ topics: z.array(z.string()) });
export type ChangesView = z.infer<typeof changesView>;

export const changesStream = z.custom<AsyncIterable<ChangesView>>(
  (value) => typeof value === 'object' && value !== null && Symbol.asyncIterator in value,
);
