'use client';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';
import { agentsKey } from './agents-key.ts';
import { type AgentFilters, sortInputs } from './use-agent-filters.ts';

const pageSize = 50;
/** Connections are gathered by the minute before they are announced, and a lost one is not announced at all. */
const againMs = 20_000;

/** The agents that one may see, a page at a time. While a filter changes, what was shown stays. */
export function useAgents(filters: Omit<AgentFilters, 'agent' | 'add'>) {
  const { status, search, owner, enabled, resource, sort } = filters;
  return useInfiniteQuery({
    queryKey: [...agentsKey, 'list', filters],
    queryFn: ({ pageParam, signal }) =>
      trpcClient.agents.list.query(
        {
          ...sortInputs[sort],
          limit: pageSize,
          ...(status && { status }),
          ...(search && { search }),
          ...(owner && { owner }),
          ...(enabled !== null && { enabled }),
          ...(resource && { resource }),
          ...(pageParam && { cursor: pageParam }),
        },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    refetchInterval: againMs,
  });
}
