'use client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';
import { sortInputs, type UserFilters } from './use-user-filters.ts';
import { usersKey } from './users-key.ts';

const pageSize = 50;

/** The tenant's people, a page at a time. While a filter changes, what was shown stays. */
export function useUsers({ status, role, search, sort }: UserFilters) {
  return useInfiniteQuery({
    queryKey: [...usersKey, 'list', { status, role, search, sort }],
    queryFn: ({ pageParam, signal }) =>
      trpcClient.users.list.query(
        {
          ...sortInputs[sort],
          limit: pageSize,
          ...(status && { status }),
          ...(role && { role }),
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
