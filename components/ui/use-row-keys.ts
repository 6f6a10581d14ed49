'use client';
import { type RefObject, useEffect, useRef } from 'react';
import { isOverlayOpen } from './is-overlay-open.ts';

export interface RowFocus {
  /** Brings a row into view and gives it the focus, at what opens it. */
  focusRow: (index: number) => void;
}

/** Keys of a list's own, and what each does to the row that has the focus, if one has it. */
export type RowKeys<Item> = Readonly<Record<string, (item: Item | undefined) => void>>;

interface KeyedRows<Item> {
  items: readonly Item[];
  keys: RowKeys<Item>;
}

const chordMilliseconds = 1_200;
const controlsOfRow = 'a[href], button:not(:disabled), input:not(:disabled)';

/** A key typed into a field is that field's; a check box has no use for letters. */
const isTyped = ({ target }: KeyboardEvent) =>
  target instanceof Element &&
  target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]');

const focusedRow = () => document.activeElement?.closest<HTMLElement>('[data-index]') ?? null;

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
      if (isTyped(event) || isOverlayOpen()) return;
      const act = actOf(event, latest.current, list.current);
      if (!act) return;
      event.preventDefault();
      act();
    }
    document.addEventListener('keydown', answer);
    return () => document.removeEventListener('keydown', answer);
  }, [list]);
}

function actOf<Item>(
  { key, shiftKey }: KeyboardEvent,
  { items, keys }: KeyedRows<Item>,
  list: RowFocus | null,
): (() => void) | undefined {
  const row = focusedRow();
  const index = row ? Number(row.dataset['index']) : -1;
  const last = items.length - 1;
  const own = Object.hasOwn(keys, key) ? keys[key] : undefined;
  if (own) return () => own(items[index]);
  if (key === '/') return focusSearch;
  if (last < 0) return undefined;
  const focus = (to: number) => () => list?.focusRow(Math.min(Math.max(to, 0), last));
  if (key === 'j') return focus(index + 1);
  if (key === 'k') return focus(index - 1);
  if (!row) return undefined;
  const inRow: Record<string, () => void> = {
    ArrowDown: focus(index + 1),
    ArrowUp: focus(index - 1),
    Home: focus(0),
    End: focus(last),
    ArrowRight: () => stepWithin(row, 1),
    ArrowLeft: () => stepWithin(row, -1),
    m: () => openMenu(row),
    ContextMenu: () => openMenu(row),
    F10: () => openMenu(row),
  };
  return key === 'F10' && !shiftKey ? undefined : inRow[key];
}

function focusSearch() {
  document.querySelector<HTMLInputElement>('main input[type=search]')?.focus();
}

function openMenu(row: HTMLElement) {
  row.querySelector<HTMLElement>('[aria-haspopup="menu"]')?.click();
}

function stepWithin(row: HTMLElement, by: number) {
  const controls = [...row.querySelectorAll<HTMLElement>(controlsOfRow)];
  const at = controls.findIndex((control) => control === document.activeElement);
  controls[at + by]?.focus();
}
