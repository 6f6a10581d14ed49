import type { ReactNode } from 'react';
import { Button } from './button.tsx';

export interface Matching {
  count: number;
  isExact: boolean;
}

interface RowWords {
  isFiltered: boolean;
  one: string;
  many: string;
}

/** "44 match", "1,000+ match"; of a list that nothing narrows "1,470 tokens". Undefined while it is not known. */
export function matchingWords(
  matching: Matching | null | undefined,
  { isFiltered, one, many }: RowWords,
): string | undefined {
  if (!matching) return undefined;
  const { count, isExact } = matching;
  const isOne = isExact && count === 1;
  const number = count.toLocaleString('en-GB') + (isExact ? '' : '+');
  if (isFiltered) return `${number} ${isOne ? 'matches' : 'match'}`;
  return `${number} ${isOne ? one : many}`;
}

interface ListSummaryProps {
  /** Undefined while it is not known: its place is kept. */
  words: string | undefined;
  /** Left out where nothing matches: what stands in place of the rows offers it. */
  onClear: (() => void) | undefined;
  children?: ReactNode;
}

/** Says above a list how many rows there are, with what can be done about all of them. */
export function ListSummary({ words, onClear, children }: ListSummaryProps) {
  return (
    <div className="mb-1 flex min-h-8 flex-wrap items-center gap-x-1 text-sm text-muted">
      <p role="status" className="mr-2 tabular-nums">
        {words}
      </p>
      {children}
      {onClear && (
        <Button size="sm" variant="ghost" onClick={onClear}>
          Clear filters
        </Button>
      )}
    </div>
  );
}
