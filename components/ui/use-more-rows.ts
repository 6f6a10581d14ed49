import { useEffect } from 'react';
import type { Pages } from './infinite-list.tsx';

const rowsAhead = 30;

/** Asks for more rows before the last of those that are here is reached. */
export function useMoreRows(lastSeen: number, loaded: number, pages: Pages) {
  const { hasNextPage, isFetching, isFetchNextPageError, isPlaceholderData, fetchNextPage } = pages;
  const isNear = lastSeen >= loaded - rowsAhead;
  // Not while it is looked at again: of two fetches one would end the other.
  const isWanted = isNear && hasNextPage && !isFetching && !isFetchNextPageError && !isPlaceholderData;
  useEffect(() => {
    if (isWanted) void fetchNextPage();
    // Asked once for each time more is wanted; `loaded` lets a page that filled no screen be followed by the next.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [isWanted, loaded]);
}
