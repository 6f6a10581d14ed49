'use client';
import { parseAsBoolean, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { useCallback } from 'react';
import type { ListAgentsInput } from '#server/credentials/agents/schema.ts';
import { statuses } from './agent-status.tsx';

export const sorts = ['newest', 'oldest', 'seen', 'unseen', 'rotation', 'name'] as const;
export type Sort = (typeof sorts)[number];

export const sortWords: Record<Sort, string> = {
  newest: 'Newest first',
  oldest: 'Oldest first',
  seen: 'Last seen first',
  unseen: 'Longest unseen first',
  rotation: 'Next rotation first',
  name: 'Name',
};

export const sortInputs: Record<Sort, Pick<ListAgentsInput, 'sort' | 'order'>> = {
  newest: { sort: 'createdAt', order: 'desc' },
  oldest: { sort: 'createdAt', order: 'asc' },
  seen: { sort: 'lastSeenAt', order: 'desc' },
  unseen: { sort: 'lastSeenAt', order: 'asc' },
  rotation: { sort: 'rotateAfter', order: 'asc' },
  name: { sort: 'name', order: 'asc' },
};

const parsers = {
  status: parseAsStringLiteral(statuses),
  search: parseAsString.withDefault('').withOptions({ history: 'replace' }),
  /** For whom it acts: the id of a user. */
  owner: parseAsString,
  enabled: parseAsBoolean,
  /** Only what reaches this: `type:id`. */
  resource: parseAsString,
  /** The one that is opened. */
  agent: parseAsString,
  /** A link leads straight to making one. */
  add: parseAsBoolean.withDefault(false).withOptions({ history: 'replace' }),
  sort: parseAsStringLiteral(sorts).withDefault('newest'),
};

/** What the list shows. It lives in the address: links, back and forward reproduce it. */
export function useAgentFilters() {
  const [filters, setAll] = useQueryStates(parsers, { history: 'push' });
  const setFilters = useCallback((change: Partial<typeof filters>) => void setAll(change), [setAll]);
  const { status, search, owner, enabled, resource } = filters;
  return {
    filters,
    isFiltered: search !== '' || [status, owner, enabled, resource].some((value) => value !== null),
    setFilters,
    clearFilters: () =>
      void setAll({ status: null, search: null, owner: null, enabled: null, resource: null }),
  };
}
export type AgentFilters = ReturnType<typeof useAgentFilters>['filters'];
