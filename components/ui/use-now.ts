'use client';
import { useSyncExternalStore } from 'react';

const tickMilliseconds = 20_000;
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

/** The time, moving on every 20 seconds; one clock for the whole page. */
export const useNow = (): Date => useSyncExternalStore(subscribe, currentNow, currentNow);
