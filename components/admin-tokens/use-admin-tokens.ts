'use client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';
import { adminTokensKey } from './admin-tokens-key.ts';
import { type AdminFilters, sortInputs } from './use-admin-filters.ts';

/** The most that the server gives at once: whoever scrolls far waits seldom. */
const pageSize = 200;

/** Everyone's tokens, a page at a time. While a filter changes, what was shown stays. */
export function useAdminTokens({ status, search, user, used, sort }: Omit<AdminFilters, 'token'>) {
  return useInfiniteQuery({
    queryKey: [...adminTokensKey, 'list', { status, search, user, used, sort }],
    // The library's own infinite options add a `direction` to the input, which the strict schema refuses.
    queryFn: ({ pageParam, signal }) =>
      trpcClient.adminTokens.list.query(
        {
          ...sortInputs[sort],
          limit: pageSize,
          ...(status && { status }),
          ...(search && { search }),
          ...(user && { user }),
          ...(used && { lastUsed: used }),
          ...(pageParam && { cursor: pageParam }),
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    // Comparing 10,000 tokens with themselves, for each page that comes, is felt while scrolling.
    structuralSharing: false,
  });
}
