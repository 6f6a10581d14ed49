'use client';
import { agoWords, exactWords, relativeWords } from './time-words.ts';
import { Tooltip } from './tooltip.tsx';
import { useNow } from './use-now.ts';

interface TimeAgoProps {
  at: string;
  before?: string;
  ahead?: boolean;
  /** A second, quieter line. It is of the same target: two of one line each would lie too close to be hit. */
  under?: string | null;
  /** Said after the exact time. */
  more?: string | null;
}

/** "Used 5 minutes ago", or "Expires in 5 minutes" where it may lie `ahead`; the exact time on hover and focus. */
export function TimeAgo({ at, before, ahead, under, more }: TimeAgoProps) {
  const now = useNow();
  const date = new Date(at);
  const exact = exactWords(date);
  return (
    <Tooltip text={more ? `${exact}. ${more}` : exact} {...(under && { className: 'block max-w-full' })}>
      <time dateTime={at}>
        {before} {ahead ? relativeWords(date, now) : agoWords(date, now)}
      </time>
      {under && <span className="block truncate text-xs text-faint">{under}</span>}
    </Tooltip>
  );
}
