'use client';
import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useCallback } from 'react';
import type { ServerView } from '#server/gateway/mcp-servers/schema.ts';
import { statuses, statusOf } from './server-status.tsx';

const parsers = {
  status: parseAsStringLiteral(statuses),
  search: parseAsString.withDefault('').withOptions({ history: 'replace' }),
  /** The one that is opened. */
  server: parseAsString,
  /** A link leads straight to adding one. */
  add: parseAsBoolean.withDefault(false).withOptions({ history: 'replace' }),
};

/** What the list shows. It lives in the address: links, back and forward reproduce it. */
export function useServerFilters() {
  const [filters, setAll] = useQueryStates(parsers, { history: 'push' });
  const setFilters = useCallback((change: Partial<typeof filters>) => void setAll(change), [setAll]);
  return {
    filters,
    isFiltered: filters.status !== null || filters.search !== '',
    setFilters,
    clearFilters: () => void setAll({ status: null, search: null }),
  };
}
export type ServerFilters = ReturnType<typeof useServerFilters>['filters'];

/** A tenant has 100 servers at most, so all of them are here. */
export function matchingServers(
  servers: readonly ServerView[],
  { status, search }: ServerFilters,
): ServerView[] {
  const wanted = search.trim().toLowerCase();
  return servers.filter(
    (server) =>
      (status === null || statusOf(server) === status) &&
      `${server.alias} ${server.url}`.toLowerCase().includes(wanted),
  );
}
