'use client';
import { useSyncExternalStore } from 'react';

/** One clock for all of the page that moves on every so often, and stands while nobody looks at it. */
function createClock(tickMilliseconds: number): () => Date {
  const listeners = new Set<() => void>();
  let now = new Date();
  let timer: ReturnType<typeof setInterval> | undefined;

  function tick() {
    now = new Date();
    for (const listener of listeners) listener();
  }
  function subscribe(listener: () => void) {
    if (listeners.size === 0) {
      now = new Date();
      timer = setInterval(tick, tickMilliseconds);
    }
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) clearInterval(timer);
    };
  }
  const currentNow = () => now;
  return () => useSyncExternalStore(subscribe, currentNow, currentNow);
}

/** The time, moving on every 20 seconds. */
export const useNow = createClock(20_000);
/** The time, moving on every second: for what counts down. */
export const useSecond = createClock(1_000);
