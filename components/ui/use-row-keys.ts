'use client';
import { type RefObject, useEffect, useRef } from 'react';
import { isOverlayOpen } from './is-overlay-open.ts';
import type { actOf as ActOf } from './row-acts.ts';

export interface RowFocus {
  /** Brings a row into view and gives it the focus, at what opens it. */
  focusRow: (index: number) => void;
}

/** Keys of a list's own, and what each does to the row that has the focus, if one has it. */
export type RowKeys<Item> = Readonly<Record<string, (item: Item | undefined) => void>>;

export interface KeyedRows<Item> {
  items: readonly Item[];
  keys: RowKeys<Item>;
}

const chordMilliseconds = 1_200;

/** A key typed into a field is that field's; a check box has no use for letters. */
const isTyped = ({ target }: KeyboardEvent) =>
  target instanceof Element &&
  target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]');

/** Escape clears a search; where nothing is left to clear it leads back to the list. */
function leaveEmptySearch({ key, target }: KeyboardEvent) {
  if (key === 'Escape' && target instanceof HTMLInputElement && target.type === 'search' && !target.value)
    target.blur();
}

let actOf: typeof ActOf | undefined;

/** What the keys do comes with the first focus in a list, or the first key. Where it does not, the next one asks again. */
function load(onLoaded: (known: typeof ActOf) => void = () => {}): void {
  import('./row-acts.ts').then(
    (part) => {
      ({ actOf } = part);
      onLoaded(actOf);
    },
    () => {},
  );
}

/** The keys that work through a list. The row that has the focus is the one they are about. */
export function useRowKeys<Item>(list: RefObject<RowFocus | null>, rows: KeyedRows<Item>) {
  const latest = useRef(rows);
  useEffect(() => {
    latest.current = rows;
  });
  useEffect(() => {
    let goAt = -Infinity;
    function answer(event: KeyboardEvent) {
      const isChord = event.timeStamp - goAt < chordMilliseconds;
      goAt = event.key === 'g' ? event.timeStamp : -Infinity;
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isChord) return;
      if (isOverlayOpen()) return;
      if (isTyped(event)) return leaveEmptySearch(event);
      // Before its acts are here a key is late by a moment, and the browser does with it what it always does.
      if (!actOf) return load((known) => known(event, latest.current, list.current)?.());
      const act = actOf(event, latest.current, list.current);
      if (!act) return;
      event.preventDefault();
      act();
    }
    const nearRow = ({ target }: FocusEvent) => {
      if ((target as Element).closest('[data-index]')) load();
    };
    document.addEventListener('keydown', answer);
    document.addEventListener('focusin', nearRow);
    return () => {
      document.removeEventListener('keydown', answer);
      document.removeEventListener('focusin', nearRow);
    };
  }, [list]);
}
