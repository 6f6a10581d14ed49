import { useEffect } from 'react';

const rowsAhead = 30;

interface MoreRows {
  hasMore: boolean;
  loadMore: () => void;
  loadingMore: boolean;
  failedMore?: boolean;
  loaded: number;
  stale: boolean;
}

/** Asks for more rows before the last of those that are here is reached. */
export function useMoreRows(
  lastSeen: number,
  { hasMore, loadMore, loadingMore, failedMore, loaded, stale }: MoreRows,
) {
  const isWanted = hasMore && !loadingMore && !failedMore && !stale && lastSeen >= loaded - rowsAhead;
  useEffect(() => {
    if (isWanted) loadMore();
    // Asked once for each time more is wanted; `loaded` lets a page that filled no screen be followed by the next.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [isWanted, loaded]);
}
