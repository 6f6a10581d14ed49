import { queryOptions } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';
import { tokensKey } from '#components/tokens/tokens-key.ts';

/** The tokens used last, and how many there are of each kind. */
export const glanceQuery = queryOptions({
  queryKey: [...tokensKey, 'glance'],
  queryFn: ({ signal }) =>
    trpcClient.tokens.list.query({ sort: 'lastUsedAt', order: 'desc', limit: 5 }, { signal }),
});
