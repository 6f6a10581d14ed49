'use client';
import { useInfiniteQuery } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';
import { linksKey } from './links-key.ts';

const pageSize = 50;

/** What was handed out in the tenant and still works, a page at a time. */
export function useLinks() {
  return useInfiniteQuery({
    queryKey: [...linksKey, 'list'],
    queryFn: ({ pageParam, signal }) =>
      trpcClient.links.list.query({ limit: pageSize, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}
