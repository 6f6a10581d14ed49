'use client';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useCallback } from 'react';
import type { ListTokensInput } from '#server/credentials/tokens/schema.ts';
import { statuses } from './status.tsx';

export const sorts = ['newest', 'oldest', 'used', 'expiry', 'name'] as const;
export type Sort = (typeof sorts)[number];

export const sortWords: Record<Sort, string> = {
  newest: 'Newest first',
  oldest: 'Oldest first',
  used: 'Last used first',
  expiry: 'Expiring first',
  name: 'Name',
};

export const sortInputs: Record<Sort, Pick<ListTokensInput, 'sort' | 'order'>> = {
  newest: { sort: 'createdAt', order: 'desc' },
  oldest: { sort: 'createdAt', order: 'asc' },
  used: { sort: 'lastUsedAt', order: 'desc' },
  expiry: { sort: 'expiresAt', order: 'asc' },
  name: { sort: 'name', order: 'asc' },
};

const parsers = {
  status: parseAsStringLiteral(statuses),
  search: parseAsString.withDefault('').withOptions({ history: 'replace' }),
  /** The one that is opened. */
  token: parseAsString,
  sort: parseAsStringLiteral(sorts).withDefault('newest'),
};

/** What the list shows. It lives in the address: links, back and forward reproduce it. */
export function useTokenFilters() {
  const [filters, setAll] = useQueryStates(parsers, { history: 'push' });
  // Rows are drawn again for a new one.
  const setFilters = useCallback((change: Partial<typeof filters>) => void setAll(change), [setAll]);
  return {
    filters,
    isFiltered: filters.status !== null || filters.search !== '',
    setFilters,
    clearFilters: () => void setAll({ status: null, search: null }),
  };
}
export type TokenFilters = ReturnType<typeof useTokenFilters>['filters'];
