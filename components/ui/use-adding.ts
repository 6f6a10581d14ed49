'use client';
import { useEffect, useState } from 'react';

/**
 * Whether something is being made. A link may lead straight to it, and the address forgets that at once: the dialog may hold
 * the page while there is a secret, and Back would only lead into it again.
 */
export function useAdding(add: boolean, setFilters: (change: { add: false }) => void) {
  const [isAdding, setIsAdding] = useState(false);
  if (add && !isAdding) setIsAdding(true);
  useEffect(() => {
    if (add) setFilters({ add: false });
  }, [add, setFilters]);
  return [isAdding, setIsAdding] as const;
}
