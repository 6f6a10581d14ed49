'use client';
import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useCallback } from 'react';
import type { Role } from '#server/core/access/schema.ts';
import type { ListUsersInput, UserStatus } from '#server/people/users/schema.ts';

export const statuses = ['active', 'deactivated', 'deleted'] as const satisfies UserStatus[];
export const roles = ['viewer', 'member', 'manager', 'admin'] as const satisfies Role[];

export const sorts = ['name', 'newest', 'oldest', 'seen', 'unseen'] as const;
export type Sort = (typeof sorts)[number];

export const sortWords: Record<Sort, string> = {
  name: 'Name',
  newest: 'Newest first',
  oldest: 'Oldest first',
  seen: 'Last sign-in first',
  unseen: 'Longest away first',
};

export const sortInputs: Record<Sort, Pick<ListUsersInput, 'sort' | 'order'>> = {
  name: { sort: 'name', order: 'asc' },
  newest: { sort: 'createdAt', order: 'desc' },
  oldest: { sort: 'createdAt', order: 'asc' },
  seen: { sort: 'lastSignInAt', order: 'desc' },
  unseen: { sort: 'lastSignInAt', order: 'asc' },
};

const parsers = {
  status: parseAsStringLiteral(statuses),
  role: parseAsStringLiteral(roles),
  search: parseAsString.withDefault('').withOptions({ history: 'replace' }),
  sort: parseAsStringLiteral(sorts).withDefault('name'),
  /** Who is open. */
  user: parseAsString,
  /** A link leads straight to adding somebody; what is asked there is no step to go back to. */
  add: parseAsBoolean.withDefault(false).withOptions({ history: 'replace' }),
};

/** What the list shows. It lives in the address: links, back and forward reproduce it. */
export function useUserFilters() {
  const [filters, setAll] = useQueryStates(parsers, { history: 'push' });
  const { status, role, search } = filters;
  // Rows are drawn again for a new one.
  const setFilters = useCallback((change: Partial<typeof filters>) => void setAll(change), [setAll]);
  return {
    filters,
    isFiltered: status !== null || role !== null || search !== '',
    setFilters,
    clearFilters: () => void setAll({ status: null, role: null, search: null }),
  };
}
export type UserFilters = ReturnType<typeof useUserFilters>['filters'];
