'use client';
import { useSecond } from './use-now.ts';

/** "9:41" until a moment; a screen reader hears minutes, and only when it comes by. */
export function Countdown({ until }: { until: Date }) {
  const seconds = secondsLeft(until, useSecond());
  const minutes = Math.ceil(seconds / 60);
  return (
    <span className="tabular-nums">
      <span aria-hidden>{clockWords(seconds)}</span>
      <span className="sr-only">{minutes === 1 ? '1 minute' : `${minutes} minutes`}</span>
    </span>
  );
}

/** Whether a moment has come, by this browser's clock. */
export const useIsOver = (until: Date) => secondsLeft(until, useSecond()) === 0;

const secondsLeft = (until: Date, now: Date) =>
  Math.max(0, Math.ceil((until.getTime() - now.getTime()) / 1_000));

const clockWords = (seconds: number) =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
