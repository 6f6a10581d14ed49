'use client';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useCallback } from 'react';
import { statuses } from '#components/tokens/status.tsx';
import type { ListAdminTokensInput, UseWindow } from '#server/credentials/token-triage/schema.ts';

export const sorts = ['used', 'unused', 'newest', 'oldest', 'expiry', 'owner', 'name'] as const;
export type Sort = (typeof sorts)[number];

export const sortWords: Record<Sort, string> = {
  used: 'Last used first',
  unused: 'Longest unused first',
  newest: 'Newest first',
  oldest: 'Oldest first',
  expiry: 'Expiring first',
  owner: 'Owner',
  name: 'Name',
};

/** What the list can be sorted by; a second press turns round what has two directions. */
export const sortChips: readonly (readonly [words: string, ...directions: Sort[]])[] = [
  ['Last use', 'used', 'unused'],
  ['Created', 'newest', 'oldest'],
  ['Expiry', 'expiry'],
  ['Owner', 'owner'],
  ['Name', 'name'],
];

export const sortInputs: Record<Sort, Pick<ListAdminTokensInput, 'sort' | 'order'>> = {
  used: { sort: 'lastUsedAt', order: 'desc' },
  unused: { sort: 'lastUsedAt', order: 'asc' },
  newest: { sort: 'createdAt', order: 'desc' },
  oldest: { sort: 'createdAt', order: 'asc' },
  expiry: { sort: 'expiresAt', order: 'asc' },
  owner: { sort: 'owner', order: 'asc' },
  name: { sort: 'name', order: 'asc' },
};

export const windows = ['never', '24h', '7d', '30d', '90d+'] as const satisfies UseWindow[];
export const windowWords: Record<UseWindow, string> = {
  never: 'Never used',
  '24h': 'Used today',
  '7d': 'Used in 7 days',
  '30d': 'Used in 30 days',
  '90d+': 'Unused for 90 days',
};

const parsers = {
  status: parseAsStringLiteral(statuses),
  search: parseAsString.withDefault('').withOptions({ history: 'replace' }),
  user: parseAsString.withDefault(''),
  used: parseAsStringLiteral(windows),
  sort: parseAsStringLiteral(sorts).withDefault('used'),
  /** The one that is open. */
  token: parseAsString,
};

/** What the list shows. It lives in the address: links, back and forward reproduce it. */
export function useAdminFilters() {
  const [filters, setAll] = useQueryStates(parsers, { history: 'push' });
  // Rows are drawn again for a new one.
  const setFilters = useCallback((change: Partial<typeof filters>) => void setAll(change), [setAll]);
  const { status, search, user, used } = filters;
  return {
    filters,
    isFiltered: status !== null || used !== null || search !== '' || user !== '',
    setFilters,
    clearFilters: () => void setAll({ status: null, search: null, user: null, used: null }),
  };
}
export type AdminFilters = ReturnType<typeof useAdminFilters>['filters'];
