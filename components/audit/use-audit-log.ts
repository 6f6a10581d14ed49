'use client';
import {
  type InfiniteData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
  keepPreviousData,
} from '@tanstack/react-query';
import { useEffect } from 'react';
import { trpcClient } from '#components/api/trpc.ts';
import type { AuditEventView, AuditPageView } from '#server/oversight/audit-log/schema.ts';
import { type AuditFilters, toInput } from './use-audit-filters.ts';

const pageSize = 50;
const topPixels = 120;

/**
 * The log, a page at a time. What is read stays where it is: that something changed makes only the newest page be looked
 * at again, and what is new there waits in `news` until it is asked for, or comes at once where one looks at the top.
 */
export function useAuditLog(filters: AuditFilters) {
  const client = useQueryClient();
  // Not under `audit`, which live updates look at again whole.
  const key = ['audit-log', filters];
  const list = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      trpcClient.audit.list.query(
        { ...toInput(filters), limit: pageSize, ...(pageParam && { cursor: pageParam }) },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 0,
  });
  const newest = useQuery({
    queryKey: ['audit', 'newest', filters],
    queryFn: ({ signal }) =>
      trpcClient.audit.list.query({ ...toInput(filters), limit: pageSize }, { signal }),
    enabled: list.isSuccess,
  });
  const events = list.data?.pages.flatMap((page) => page.items) ?? [];
  const known = new Set(events.map((event) => event.sequence));
  const news = list.isPlaceholderData
    ? []
    : (newest.data?.items ?? []).filter((event) => !known.has(event.sequence));

  function showNews() {
    const matching = newest.data?.matching ?? null;
    if (news.length < pageSize)
      client.setQueryData<InfiniteData<AuditPageView>>(key, (data) => data && withNews(data, news, matching));
    else void client.resetQueries({ queryKey: key });
  }
  useEffect(() => {
    if (news.length > 0 && window.scrollY < topPixels) showNews();
    // Asked each time the newest page has come, and never while one scrolls.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [newest.dataUpdatedAt]);
  return { list, events, news, showNews };
}

/** The event of a number: from the pages that are there, or asked for where a link leads to one that is not. */
export function useEvent(sequence: number | null, events: AuditEventView[]) {
  const onPage = events.find((event) => event.sequence === sequence);
  const asked = useQuery({
    queryKey: ['audit-event', sequence],
    queryFn: ({ signal }) => trpcClient.audit.get.query({ sequence: sequence ?? 0 }, { signal }),
    enabled: sequence !== null && sequence > 0 && !onPage,
    staleTime: Infinity,
    retry: false,
  });
  return { event: onPage ?? (sequence === null ? undefined : asked.data), isGone: !onPage && asked.isError };
}

function withNews(
  data: InfiniteData<AuditPageView>,
  news: AuditEventView[],
  matching: AuditPageView['matching'],
): InfiniteData<AuditPageView> {
  const pages = data.pages.map((page, index) =>
    index === 0 ? { ...page, matching, items: [...news, ...page.items].toSorted(byNewest) } : page,
  );
  return { ...data, pages };
}

const byNewest = (a: AuditEventView, b: AuditEventView) =>
  a.time === b.time ? b.sequence - a.sequence : Number(a.time < b.time) * 2 - 1;
