'use client';
import { agoWords, exactWords, relativeWords } from './time-words.ts';
import { Tip } from './tip.tsx';
import { useNow } from './use-now.ts';

/** "Used 5 minutes ago", or "Expires in 5 minutes" where it may lie `ahead`; the exact time on hover and focus. */
export function TimeAgo({ at, before, ahead }: { at: string; before?: string; ahead?: boolean }) {
  const now = useNow();
  const date = new Date(at);
  return (
    <Tip text={exactWords(date)}>
      <time dateTime={at}>
        {before} {ahead ? relativeWords(date, now) : agoWords(date, now)}
      </time>
    </Tip>
  );
}
