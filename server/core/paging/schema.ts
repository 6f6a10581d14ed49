import { z } from 'zod';

/** How many rows of a list its filters find. */
export const matchingView = z.object({
  count: z.int().nonnegative().meta({ example: 44 }),
  isExact: z.boolean().meta({ description: 'False: at least so many.', example: true }),
});
export type MatchingView = z.infer<typeof matchingView>;
