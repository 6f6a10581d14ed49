'use client';
import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { trpcClient } from '#components/api/trpc.ts';
import { usersKey } from '#components/users/users-key.ts';
import type { MeView } from '#server/core/sessions/schema.ts';
import type { TokenPageView } from '#server/credentials/tokens/schema.ts';

const dismissedKey = 'keyward-start-dismissed';
let dismissedHere: string | null = null;
const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/**
 * How far someone has come who may make tokens. What was done the server knows, so it is ticked off in every browser; that
 * the steps were dismissed is remembered by this one. `start` is undefined where nothing is left of it.
 */
export function useStart(me: MeView | undefined, glance: TokenPageView | undefined) {
  const mayAddPeople = me?.permissions.includes('users:write') ?? false;
  const people = useQuery({
    queryKey: [...usersKey, 'count'],
    queryFn: ({ signal }) => trpcClient.users.list.query({ limit: 1 }, { signal }),
    enabled: mayAddPeople,
  });
  const userId = me?.user?.id ?? '';
  const isDismissed = useSyncExternalStore(
    subscribe,
    () => dismissedBy() === userId,
    () => true,
  );
  const isKnown = me !== undefined && glance !== undefined && (!mayAddPeople || !people.isPending);
  if (!isKnown || isDismissed || !me.permissions.includes('tokens:write')) return { isKnown };
  const steps = {
    hasToken: glance.counts.total > 0,
    hasCalled: glance.items.some((token) => token.lastUsedAt),
    hasPeople: people.data && people.data.counts.total > 1,
  };
  if (!Object.values(steps).includes(false)) return { isKnown };
  return { isKnown, start: { ...steps, dismiss: () => dismiss(userId) } };
}

function dismissedBy(): string | null {
  try {
    return localStorage.getItem(dismissedKey);
  } catch {
    // Storage may be refused.
    return dismissedHere;
  }
}

function dismiss(userId: string) {
  dismissedHere = userId;
  try {
    localStorage.setItem(dismissedKey, userId);
  } catch {
    // It lasts as long as the page.
  }
  for (const listener of listeners) listener();
}
