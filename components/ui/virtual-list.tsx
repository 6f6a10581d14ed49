'use client';
import { defaultRangeExtractor, type Range, useWindowVirtualizer } from '@tanstack/react-virtual';
import {
  memo,
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { flushSync } from 'react-dom';
import type { InfiniteListProps } from './infinite-list.tsx';
import { ListEnd } from './list-end.tsx';
import { saveScroll, saveSizes, savedScroll, savedSizes } from './scroll-restoration.ts';
import { useMoreRows } from './use-more-rows.ts';

const overscan = 6;
/** What the page's head covers, and what a bar at the foot may cover. */
const covered = { scrollPaddingStart: 64, scrollPaddingEnd: 80 };

/**
 * Draws only what is seen. The row that has the focus stays, however far one scrolls, so that the focus is never lost.
 */
export function VirtualList<Item>({ items, keyOf, gap = 6, total, pages, ...list }: InfiniteListProps<Item>) {
  const { view, estimateSize } = list;
  const { hasNextPage, isPlaceholderData: isStale } = pages;
  const root = useRef<HTMLUListElement>(null);
  const [focused, setFocused] = useFocusedRow(root);
  const scrollMargin = useTopOf(root);
  // It has to be asked anew with each drawing, so the compiler leaves this component alone; the rows are what must be cheap.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useWindowVirtualizer<HTMLLIElement>({
    count: items.length,
    estimateSize: () => estimateSize,
    getItemKey: useCallback((index: number) => keyOrIndex(items[index], index, keyOf), [items, keyOf]),
    rangeExtractor: useCallback((range: Range) => withFocused(range, focused), [focused]),
    initialOffset: () => savedScroll(view) ?? window.scrollY,
    initialMeasurementsCache: savedSizes(view),
    directDomUpdates: true,
    scrollMargin,
    overscan,
    gap,
    ...covered,
  });
  useScrollRestoration(view, scrollMargin, virtualizer.takeSnapshot);
  useMoreRows(virtualizer.range?.endIndex ?? 0, items.length, pages);
  useImperativeHandle(list.controls, () => ({
    focusRow(index) {
      flushSync(() => setFocused(index));
      virtualizer.scrollToIndex(index);
      root.current
        ?.querySelector<HTMLElement>(`:scope > [data-index="${index}"]`)
        ?.focus({ preventScroll: true });
    },
  }));

  const { containerRef } = virtualizer;
  const hold = useCallback(
    (element: HTMLUListElement | null) => {
      root.current = element;
      containerRef(element);
    },
    [containerRef],
  );
  const setSize = hasNextPage ? (total ?? -1) : items.length;
  return (
    <>
      <ul
        ref={hold}
        aria-label={list.label}
        aria-busy={isStale}
        className={`relative [overflow-anchor:none] transition-opacity duration-150 ${isStale ? 'opacity-60' : ''}`}
      >
        {virtualizer.getVirtualItems().map(({ key, index }) => {
          const item = items[index];
          return (
            item && (
              <Row
                key={key}
                {...{ item, index, setSize }}
                draw={list.renderItem}
                measure={virtualizer.measureElement}
              />
            )
          );
        })}
      </ul>
      {
        // A new one for each page: the one that stood at the end before would be seen to jump.
        hasNextPage && <ListEnd key={items.length} pages={pages} />
      }
    </>
  );
}

interface RowProps<Item> {
  item: Item;
  index: number;
  setSize: number;
  draw: (item: Item, index: number) => ReactNode;
  measure: (row: HTMLLIElement | null) => void;
}

function PlainRow<Item>({ item, index, setSize, draw, measure }: RowProps<Item>) {
  return (
    <li
      ref={measure}
      data-index={index}
      aria-setsize={setSize}
      aria-posinset={index + 1}
      tabIndex={-1}
      className="absolute inset-x-0 top-0 rounded-card"
    >
      {draw(item, index)}
    </li>
  );
}
const Row = memo(PlainRow) as typeof PlainRow;

const keyOrIndex = <Item,>(item: Item | undefined, index: number, keyOf: (item: Item) => string) =>
  item === undefined ? index : keyOf(item);

function withFocused(range: Range, focused: number | null): number[] {
  const indexes = defaultRangeExtractor(range);
  if (focused === null || focused >= range.count || indexes.includes(focused)) return indexes;
  return [...indexes, focused].toSorted((a, b) => a - b);
}

/** The row that had the focus last. A menu or dialog of a row stands elsewhere in the document: the row waits for its return. */
function useFocusedRow(list: RefObject<HTMLElement | null>) {
  const state = useState<number | null>(null);
  const [, setFocused] = state;
  useEffect(() => {
    const element = list.current;
    function follow({ target }: FocusEvent) {
      const row = (target as HTMLElement).closest<HTMLElement>('[data-index]');
      if (row) setFocused(Number(row.dataset['index']));
    }
    element?.addEventListener('focusin', follow);
    return () => element?.removeEventListener('focusin', follow);
  }, [list, setFocused]);
  return state;
}

/** Where an element begins in the page: what stands above it may grow and shrink. */
function useTopOf(element: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () =>
      setTop(Math.round((element.current?.getBoundingClientRect().top ?? 0) + window.scrollY));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [element]);
  return top;
}

/** Back leads to the row one left. Another view in the same place begins at its top. */
function useScrollRestoration(view: string, top: number, takeSnapshot: () => ReturnType<typeof savedSizes>) {
  const shown = useRef(view);
  useLayoutEffect(() => {
    if (shown.current === view) return;
    shown.current = view;
    window.scrollTo(
      0,
      savedScroll(view) ?? Math.min(window.scrollY, Math.max(0, top - covered.scrollPaddingStart)),
    );
  }, [view, top]);
  useEffect(() => {
    const save = () => saveScroll(view);
    save();
    window.addEventListener('scroll', save, { passive: true });
    return () => {
      window.removeEventListener('scroll', save);
      saveSizes(view, takeSnapshot());
    };
  }, [view, takeSnapshot]);
}
