import { queryOptions } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';
import { tokensKey } from '#components/tokens/tokens-key.ts';

/** What all of my tokens together did in the last 30 days. */
export const monthQuery = queryOptions({
  queryKey: [...tokensKey, 'use'],
  queryFn: ({ signal }) => trpcClient.tokens.use.query(undefined, { signal }),
});
