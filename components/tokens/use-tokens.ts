'use client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';
import { tokensKey } from './tokens-key.ts';
import { sortInputs, type TokenFilters } from './use-token-filters.ts';

const pageSize = 50;

/** My tokens, a page at a time. While a filter changes, what was shown stays. */
export function useTokens({ status, search, sort }: Omit<TokenFilters, 'token'>) {
  return useInfiniteQuery({
    queryKey: [...tokensKey, 'list', { status, search, sort }],
    // The library's own infinite options add a `direction` to the input, which the strict schema refuses.
    queryFn: ({ pageParam, signal }) =>
      trpcClient.tokens.list.query(
        {
          ...sortInputs[sort],
          limit: pageSize,
          ...(status && { status }),
          ...(search && { search }),
          ...(pageParam && { cursor: pageParam }),
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}
