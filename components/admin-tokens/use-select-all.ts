'use client';
import { useState } from 'react';
import { toastProblem } from '#components/api/toast-problem.ts';
import { flattenPages } from '#components/ui/flatten-pages.ts';
import type { Matching } from '#components/ui/list-summary.tsx';
import type { useAdminTokens } from './use-admin-tokens.ts';
import { mostSelected, type Selection } from './use-selection.ts';

interface SelectAll {
  list: ReturnType<typeof useAdminTokens>;
  matching: Matching | null | undefined;
  selection: Selection;
}

/**
 * Selects all that match, up to as many as can be changed at once. Those that are not here yet are fetched first: what is
 * changed then is what was selected by id, not what matches by that time. Undefined where nothing is left to select.
 */
export function useSelectAll({ list, matching, selection }: SelectAll) {
  const [isBusy, setIsBusy] = useState(false);
  if (!matching || matching.count === 0 || list.isPlaceholderData) return undefined;
  const isAll = matching.isExact && matching.count <= mostSelected;
  const wanted = isAll ? matching.count : mostSelected;
  if (selection.selected.length >= wanted) return undefined;

  async function selectAll() {
    let { data, hasNextPage } = list;
    while (hasNextPage && flattenPages(data?.pages).length < wanted) {
      const result = await list.fetchNextPage({ cancelRefetch: false });
      if (result.isFetchNextPageError) return toastProblem(result.error);
      ({ data, hasNextPage } = result);
    }
    selection.select(flattenPages(data?.pages).map(({ id }) => id));
  }
  return {
    label: isAll ? `Select all ${wanted.toLocaleString('en-GB')}` : `Select the first ${mostSelected}`,
    isBusy,
    onSelect() {
      setIsBusy(true);
      void selectAll().finally(() => setIsBusy(false));
    },
  };
}
