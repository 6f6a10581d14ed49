'use client';
import { useMemo } from 'react';
import type { ServerActs } from './server-acts.ts';
import { useSwitchServer, useTestServer, useTrustServer } from './use-server-changes.ts';
import type { ServerFilters } from './use-server-filters.ts';

/** The same object while nothing about it changes, so that rows are not drawn again. */
export function useServerActs(
  setFilters: (change: Partial<ServerFilters>) => void,
  onAsk: ServerActs['onAsk'],
): ServerActs {
  const { mutate: update } = useSwitchServer();
  const { mutate: test } = useTestServer();
  const { mutate: trust } = useTrustServer();
  return useMemo(
    () => ({
      onOpen: ({ id }) => setFilters({ server: id }),
      onAsk,
      onTest: ({ id }) => test({ id }),
      onSwitch: ({ id, enabled }) => update({ id, enabled: !enabled }),
      onDistrust: ({ id }) => trust({ id, on: false }),
    }),
    [setFilters, onAsk, update, test, trust],
  );
}
