'use client';
import { useCallback, useMemo, useState } from 'react';
import type { triageLimits } from '#server/credentials/token-triage/schema.ts';

/** As many as can be changed at once. */
export const mostSelected = 500 satisfies (typeof triageLimits)['bulkIds'];
const none: ReadonlySet<string> = new Set();

/** What is ticked, of rows in this order. With Shift all from the one ticked before. */
export function useSelection(ids: readonly string[]) {
  const [chosen, setChosen] = useState(none);
  const [anchor, setAnchor] = useState<string | null>(null);
  // What a change took from the list is no longer ticked, without being told.
  const selected = useMemo(() => ids.filter((id) => chosen.has(id)), [ids, chosen]);

  const toggle = useCallback(
    (id: string, withRange = false) => {
      const from = withRange && anchor !== null ? ids.indexOf(anchor) : -1;
      const to = ids.indexOf(id);
      const range = from < 0 ? [id] : ids.slice(Math.min(from, to), Math.max(from, to) + 1);
      setAnchor(id);
      setChosen((before) => {
        const after = new Set(before);
        for (const one of range)
          if (from < 0 && before.has(one)) after.delete(one);
          else if (after.size < mostSelected) after.add(one);
        return after;
      });
    },
    [ids, anchor],
  );
  return {
    selected,
    isSelected: useCallback((id: string) => chosen.has(id), [chosen]),
    toggle,
    select: (all: readonly string[]) => setChosen(new Set(all.slice(0, mostSelected))),
    clear: () => setChosen(none),
  };
}
export type Selection = ReturnType<typeof useSelection>;
