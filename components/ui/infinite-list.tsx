'use client';
import {
  type ReactNode,
  type Ref,
  type RefObject,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
} from 'react';
import { ListEnd } from './list-end.tsx';
import { saveSizes } from './scroll-restoration.ts';
import { useMoreRows } from './use-more-rows.ts';
import type { VirtualList as VirtualListOf } from './virtual-list.tsx';

export interface InfiniteListControls {
  /** Brings a row into view and gives it the focus. */
  focusRow: (index: number) => void;
}

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
  controls?: Ref<InfiniteListControls>;
}

/** Up to as many rows are simply drawn: the first page of any list. */
const shortRows = 100;
/** No more than that of a short list is seen before one scrolls. */
const rowsSeen = 15;

type VirtualListComponent = typeof VirtualListOf;
let loaded: VirtualListComponent | undefined;

/**
 * A list of any length, which scrolls with the page and asks for more rows before its end is reached. What draws only the
 * rows that are seen (10 kB compressed) comes with the first scroll: nobody needs it for the first page from its top.
 */
export function InfiniteList<Item>(props: InfiniteListProps<Item>) {
  const root = useRef<HTMLUListElement>(null);
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
          const { view, items, keyOf } = latest.current;
          if (root.current) saveSizes(view, sizesOf(root.current, items.map(keyOf)));
          setVirtual(() => VirtualList);
        },
        // The next scroll asks again.
        () => {},
      );
    if (isLong) loadVirtual();
    window.addEventListener('scroll', loadVirtual, { passive: true });
    return () => window.removeEventListener('scroll', loadVirtual);
  }, [Virtual, isLong]);
  return Virtual ? <Virtual {...props} /> : <ShortList {...props} root={root} />;
}

function ShortList<Item>({
  items,
  keyOf,
  renderItem,
  gap = 6,
  total,
  pages,
  root,
  ...list
}: InfiniteListProps<Item> & { root: RefObject<HTMLUListElement | null> }) {
  const shown = items.slice(0, shortRows);
  const { hasNextPage, isPlaceholderData: isStale } = pages;
  const setSize = hasNextPage ? (total ?? -1) : items.length;
  useMoreRows(rowsSeen, items.length, pages);
  useImperativeHandle(list.controls, () => ({
    focusRow: (index) => (root.current?.children[index] as HTMLElement | undefined)?.focus(),
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
            tabIndex={-1}
            className="scroll-mt-16 scroll-mb-20 rounded-card"
          >
            {renderItem(item, index)}
          </li>
        ))}
      </ul>
      {hasNextPage && <ListEnd pages={pages} />}
    </>
  );
}

/** The heights of the rows, for the list that takes over: what is above the screen must not move. */
const sizesOf = (list: HTMLUListElement, keys: readonly string[]) =>
  Array.from(list.children, (row, index) => {
    const { top, bottom, height } = row.getBoundingClientRect();
    const [start, end] = [top + window.scrollY, bottom + window.scrollY];
    return { key: keys[index] ?? index, index, start, end, size: height, lane: 0 };
  });
