'use client';
import { type RefObject, useEffect, useRef } from 'react';
import type { InfiniteListControls } from '#components/ui/infinite-list.tsx';
import { isOverlayOpen } from '#components/ui/is-overlay-open.ts';

interface TriageAnswers {
  count: number;
  onSelect: (index: number) => void;
  onOpen: (index: number) => void;
  /** Of what is selected, or else of this row. */
  onRevoke: (index: number) => void;
  onSearch: () => void;
  onClear: () => void;
}

const focusedIndex = () =>
  Number(document.activeElement?.closest<HTMLElement>('[data-index]')?.dataset['index'] ?? -1);

/** A key typed into a field is that field's; a check box has no use for letters. */
const isTyped = ({ target }: KeyboardEvent) =>
  target instanceof Element &&
  target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]');

/** The keys that work through the list. The row that has the focus is the one they are about. */
export function useTriageKeys(list: RefObject<InfiniteListControls | null>, answers: TriageAnswers) {
  const latest = useRef(answers);
  useEffect(() => {
    latest.current = answers;
  });
  useEffect(() => {
    let afterG = -Infinity;
    function answer(event: KeyboardEvent) {
      const isChord = event.timeStamp - afterG < 1_200;
      afterG = event.key === 'g' ? event.timeStamp : -Infinity;
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isChord) return;
      if (isTyped(event) || isOverlayOpen()) return;
      const { count, onSelect, onOpen, onRevoke, onSearch, onClear } = latest.current;
      const index = focusedIndex();
      const moves: Record<string, (() => void) | undefined> = {
        j: () => list.current?.focusRow(Math.min(index + 1, count - 1)),
        k: () => list.current?.focusRow(Math.max(index - 1, 0)),
        x: index < 0 ? undefined : () => onSelect(index),
        Enter: document.activeElement?.hasAttribute('data-index') ? () => onOpen(index) : undefined,
        r: () => onRevoke(index),
        '/': onSearch,
        Escape: onClear,
      };
      const move = Object.hasOwn(moves, event.key) && count > 0 ? moves[event.key] : undefined;
      if (!move) return;
      event.preventDefault();
      move();
    }
    document.addEventListener('keydown', answer);
    return () => document.removeEventListener('keydown', answer);
  }, [list]);
}
