'use client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';
import { sortInputs } from '#components/tokens/use-token-filters.ts';
import { keysKey } from './keys-key.ts';
import type { KeyFilters } from './use-key-filters.ts';

const pageSize = 50;

/** The tenant's keys, a page at a time. While a filter changes, what was shown stays. */
export function useKeys({ status, search, resource, sort }: Omit<KeyFilters, 'key' | 'add'>) {
  return useInfiniteQuery({
    queryKey: [...keysKey, 'list', { status, search, resource, sort }],
    // The library's own infinite options add a `direction` to the input, which the strict schema refuses.
    queryFn: ({ pageParam, signal }) =>
      trpcClient.keys.list.query(
        {
          ...sortInputs[sort],
          limit: pageSize,
          ...(status && { status }),
          ...(search && { search }),
          ...(resource && { resource }),
          ...(pageParam && { cursor: pageParam }),
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}
