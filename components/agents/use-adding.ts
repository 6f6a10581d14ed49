'use client';
import { useEffect, useState } from 'react';
import type { AgentFilters } from './use-agent-filters.ts';

/**
 * Whether an agent is being made. A link may lead straight to it, and the address forgets that at once: the dialog holds the
 * page while there is a code, and Back would only lead into it again.
 */
export function useAdding(add: boolean, setFilters: (change: Partial<AgentFilters>) => void) {
  const [isAdding, setIsAdding] = useState(false);
  if (add && !isAdding) setIsAdding(true);
  useEffect(() => {
    if (add) setFilters({ add: false });
  }, [add, setFilters]);
  return [isAdding, setIsAdding] as const;
}
