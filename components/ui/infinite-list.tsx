'use client';
import {
  type ReactNode,
  type Ref,
  type RefObject,
  useEffect,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from 'react';
import { flushSync } from 'react-dom';
import { ListEnd } from './list-end.tsx';
import { Row, rowButtonOf } from './row.tsx';
import { saveSizes } from './scroll-restoration.ts';
import { useMoreRows } from './use-more-rows.ts';
import { type RowFocus, type RowKeys, useRowKeys } from './use-row-keys.ts';
import type { VirtualList as VirtualListOf } from './virtual-list.tsx';

/** What is asked of a query by pages (`useInfiniteQuery`). */
export interface Pages {
  hasNextPage: boolean;
  isFetching: boolean;
  isFetchingNextPage: boolean;
  /** Getting more failed: then it is asked for by a press only. */
  isFetchNextPageError: boolean;
  /** These are the rows of the view before. */
  isPlaceholderData: boolean;
  fetchNextPage: () => Promise<unknown>;
}

export interface InfiniteListProps<Item> {
  /** What the rows are: "Tokens". */
  label: string;
  /** Which rows in which order, as a string (filters and sort): another view begins at its top, or where Back left it. */
  view: string;
  items: readonly Item[];
  keyOf: (item: Item) => string;
  /** Give the same function while what it draws stays the same: rows are drawn again only for a new one. */
  renderItem: (item: Item, index: number) => ReactNode;
  /** The usual height of a row in pixels. Each is measured once it is there. */
  estimateSize: number;
  /** Pixels between rows. */
  gap?: number;
  /** Where the items come from. */
  pages: Pages;
  /** How many rows there are in all, where that is known before all are here. */
  total?: number | undefined;
  /** What keys do to a row, beside those of every list. */
  keys?: RowKeys<Item>;
}

/** What either way of drawing the rows is given. */
export interface RowListProps<Item> extends InfiniteListProps<Item> {
  root: RefObject<HTMLUListElement | null>;
  controls: Ref<RowFocus>;
  /** The row where Tab stops. */
  current: number;
  onCurrent: (key: string) => void;
}

/** Up to as many rows are simply drawn: the first page of any list. */
const shortRows = 100;
/** No more than that of a short list is seen before one scrolls. */
const rowsSeen = 15;

/** The row's own button gets its focus back. */
const partInUse = '[aria-expanded="true"], :focus:not([data-row-button])';

type VirtualListComponent = typeof VirtualListOf;
let loaded: VirtualListComponent | undefined;

/**
 * A list of any length, which scrolls with the page and asks for more rows before its end is reached. What draws only the
 * rows that are seen (10 kB compressed) comes with the first scroll: nobody needs it for the first page from its top.
 */
export function InfiniteList<Item>(props: InfiniteListProps<Item>) {
  const { items, keys = {} } = props;
  const root = useRef<HTMLUListElement>(null);
  const controls = useRef<RowFocus>(null);
  const [current, setCurrentKey] = useCurrentRow(root, props);
  useRowKeys(controls, { items, keys });
  const [Virtual, setVirtual] = useState<VirtualListComponent | undefined>(() => loaded);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const isLong = props.items.length > shortRows;
  useEffect(() => {
    if (Virtual) return;
    const loadVirtual = () =>
      void import('./virtual-list.tsx').then(
        ({ VirtualList }) => {
          loaded = VirtualList;
          // A menu that is open, or a button that has the focus, would go with its row: the next scroll does it.
          if (root.current?.querySelector(partInUse)) return;
          const { view, items, keyOf } = latest.current;
          if (root.current) saveSizes(view, sizesOf(root.current, items.map(keyOf)));
          const index = focusedIndex(root.current);
          flushSync(() => setVirtual(() => VirtualList));
          // The row that had the focus is another element now.
          if (index !== undefined) controls.current?.focusRow(index);
        },
        // The next scroll asks again.
        () => {},
      );
    if (isLong) loadVirtual();
    window.addEventListener('scroll', loadVirtual, { passive: true });
    return () => window.removeEventListener('scroll', loadVirtual);
  }, [Virtual, isLong]);
  const list = { ...props, root, controls, current, onCurrent: setCurrentKey };
  return Virtual ? <Virtual {...list} /> : <ShortList {...list} />;
}

function ShortList<Item>({
  items,
  keyOf,
  renderItem,
  gap = 6,
  total,
  pages,
  root,
  current,
  ...list
}: RowListProps<Item>) {
  const shown = items.slice(0, shortRows);
  const { hasNextPage, isPlaceholderData: isStale } = pages;
  const setSize = hasNextPage ? (total ?? -1) : items.length;
  useMoreRows(rowsSeen, items.length, pages);
  useImperativeHandle(list.controls, () => ({
    focusRow: (index) => rowButtonOf(root.current?.children[index])?.focus(),
  }));
  return (
    <>
      <ul
        ref={root}
        aria-label={list.label}
        aria-busy={isStale}
        style={{ rowGap: gap }}
        className={`grid transition-opacity duration-150 ${isStale ? 'opacity-60' : ''}`}
      >
        {shown.map((item, index) => (
          <li
            key={keyOf(item)}
            data-index={index}
            aria-setsize={setSize}
            aria-posinset={index + 1}
            className="relative scroll-mt-16 scroll-mb-20 rounded-card"
          >
            <Row isCurrent={index === current}>{renderItem(item, index)}</Row>
          </li>
        ))}
      </ul>
      {hasNextPage && <ListEnd pages={pages} />}
    </>
  );
}

/** The row that had the focus last, at first the first one. A menu or dialog of a row stands elsewhere: the row waits for its return. */
function useCurrentRow<Item>(
  list: RefObject<HTMLElement | null>,
  { items, keyOf }: Pick<InfiniteListProps<Item>, 'items' | 'keyOf'>,
) {
  const [key, setKey] = useState<string>();
  const current = useMemo(
    () =>
      Math.max(
        0,
        items.findIndex((item) => keyOf(item) === key),
      ),
    [items, keyOf, key],
  );
  useEffect(() => {
    function follow() {
      const index = focusedIndex(list.current);
      const item = index === undefined ? undefined : items[index];
      if (item !== undefined) setKey(keyOf(item));
    }
    document.addEventListener('focusin', follow);
    return () => document.removeEventListener('focusin', follow);
  }, [list, items, keyOf]);
  return [current, setKey] as const;
}

function focusedIndex(list: HTMLElement | null): number | undefined {
  const row = document.activeElement?.closest<HTMLElement>('[data-index]');
  return row && list?.contains(row) ? Number(row.dataset['index']) : undefined;
}

/** The heights of the rows, for the list that takes over: what is above the screen must not move. */
const sizesOf = (list: HTMLUListElement, keys: readonly string[]) =>
  Array.from(list.children, (row, index) => {
    const { top, bottom, height } = row.getBoundingClientRect();
    const [start, end] = [top + window.scrollY, bottom + window.scrollY];
    return { key: keys[index] ?? index, index, start, end, size: height, lane: 0 };
  });
