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
import type { RowListProps } from './infinite-list.tsx';
import { ListEnd } from './list-end.tsx';
import { Row, rowButtonOf } from './row.tsx';
import { saveScroll, saveSizes, savedScroll, savedSizes } from './scroll-restoration.ts';
import { useMoreRows } from './use-more-rows.ts';

const overscan = 6;
/** What the page's head covers, and what a bar at the foot may cover. */
const covered = { scrollPaddingStart: 64, scrollPaddingEnd: 80 };

/**
 * Draws only what is seen, and the row where Tab stops, however far one scrolls, so that the focus is never lost.
 */
export function VirtualList<Item>({ items, keyOf, gap = 6, total, pages, ...list }: RowListProps<Item>) {
  const { view, estimateSize, root, current, onCurrent } = list;
  const { hasNextPage, isPlaceholderData: isStale } = pages;
  const scrollMargin = useTopOf(root);
  // It has to be asked anew with each drawing, so the compiler leaves this component alone; the rows are what must be cheap.
  // oxlint-disable-next-line react/incompatible-library
  const virtualizer = useWindowVirtualizer<HTMLLIElement>({
    count: items.length,
    estimateSize: () => estimateSize,
    getItemKey: useCallback((index: number) => keyOrIndex(items[index], index, keyOf), [items, keyOf]),
    rangeExtractor: useCallback((range: Range) => withRow(range, current), [current]),
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
      flushSync(() => onCurrent(String(keyOrIndex(items[index], index, keyOf))));
      virtualizer.scrollToIndex(index);
      const row = root.current?.querySelector(`:scope > [data-index="${index}"]`);
      rowButtonOf(row)?.focus({ preventScroll: true });
    },
  }));

  const { containerRef } = virtualizer;
  const hold = useCallback(
    (element: HTMLUListElement | null) => {
      root.current = element;
      containerRef(element);
    },
    [containerRef, root],
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
              <MemoRow
                key={key}
                {...{ item, index, setSize }}
                isCurrent={index === current}
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
  isCurrent: boolean;
  draw: (item: Item, index: number) => ReactNode;
  measure: (row: HTMLLIElement | null) => void;
}

function PlainRow<Item>({ item, index, setSize, isCurrent, draw, measure }: RowProps<Item>) {
  return (
    <li
      ref={measure}
      data-index={index}
      aria-setsize={setSize}
      aria-posinset={index + 1}
      className="absolute inset-x-0 top-0 rounded-card"
    >
      <Row isCurrent={isCurrent}>{draw(item, index)}</Row>
    </li>
  );
}
const MemoRow = memo(PlainRow) as typeof PlainRow;

const keyOrIndex = <Item,>(item: Item | undefined, index: number, keyOf: (item: Item) => string) =>
  item === undefined ? index : keyOf(item);

function withRow(range: Range, current: number): number[] {
  const indexes = defaultRangeExtractor(range);
  if (current >= range.count || indexes.includes(current)) return indexes;
  return [...indexes, current].toSorted((a, b) => a - b);
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
