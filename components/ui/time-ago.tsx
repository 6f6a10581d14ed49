'use client';
import { exactWords, relativeWords } from './time-words.ts';
import { Tip } from './tip.tsx';
import { useNow } from './use-now.ts';

/** "Used 5 minutes ago"; the exact time on hover and focus. */
export function TimeAgo({ at, before }: { at: string; before?: string }) {
  const now = useNow();
  const date = new Date(at);
  return (
    <Tip text={exactWords(date)}>
      <time dateTime={at}>
        {before} {relativeWords(date, now)}
      </time>
    </Tip>
  );
}
