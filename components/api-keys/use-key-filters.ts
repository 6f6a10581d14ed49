'use client';
import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useCallback } from 'react';
import { statuses } from '#components/tokens/status.tsx';
import { sorts } from '#components/tokens/use-token-filters.ts';

const parsers = {
  status: parseAsStringLiteral(statuses),
  search: parseAsString.withDefault('').withOptions({ history: 'replace' }),
  /** Only what reaches this: `type:id`. */
  resource: parseAsString,
  /** The one that is opened. */
  key: parseAsString,
  /** A link leads straight to making one. */
  add: parseAsBoolean.withDefault(false).withOptions({ history: 'replace' }),
  sort: parseAsStringLiteral(sorts).withDefault('newest'),
};

/** What the list shows. It lives in the address: links, back and forward reproduce it. */
export function useKeyFilters() {
  const [filters, setAll] = useQueryStates(parsers, { history: 'push' });
  const setFilters = useCallback((change: Partial<typeof filters>) => void setAll(change), [setAll]);
  return {
    filters,
    isFiltered: filters.status !== null || filters.search !== '' || filters.resource !== null,
    setFilters,
    clearFilters: () => void setAll({ status: null, search: null, resource: null }),
  };
}
export type KeyFilters = ReturnType<typeof useKeyFilters>['filters'];
