'use client';
import { useSyncExternalStore } from 'react';

const codeLength = 8;

/** The letters of a code as they stand behind the `#`, empty where there are none; undefined before the page is in a browser. */
export const useHashCode = () =>
  useSyncExternalStore<string | undefined>(subscribe, readHash, () => undefined);

/** As the command line shows it: two groups of four. */
export function shownCode(typed: string): string {
  const letters = typed
    .toUpperCase()
    .replace(/[^A-Z]/g, '')
    .slice(0, codeLength);
  return letters.length > 4 ? `${letters.slice(0, 4)}-${letters.slice(4)}` : letters;
}

/** Puts a code behind the `#`, so that reloading and signing in lead back to it. */
export function openCode(code: string) {
  window.location.hash = code;
}

function subscribe(listener: () => void) {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

const readHash = () => shownCode(window.location.hash.slice(1));
