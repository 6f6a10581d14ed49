'use client';
import { useEffect, useRef } from 'react';
import { isOverlayOpen } from '#components/ui/is-overlay-open.ts';

const chordMilliseconds = 1_200;

interface Answers {
  onPalette: () => void;
  onSheet: () => void;
  /** The key that came after `g`. */
  onGo: (key: string) => void;
}

/** A key typed into a field is that field's; and what is open on top of the page has keys of its own. */
function isTaken({ target }: KeyboardEvent): boolean {
  const isField = target instanceof Element && target.closest('input, textarea, select, [contenteditable]');
  return Boolean(isField) || isOverlayOpen();
}

/** The keys that work on every page. */
export function useKeys(answers: Answers) {
  const latest = useRef(answers);
  useEffect(() => {
    latest.current = answers;
  });
  useEffect(() => {
    let goAt = -Infinity;
    function answer(event: KeyboardEvent) {
      if (event.defaultPrevented || event.isComposing) return;
      const isCommand = event.ctrlKey || event.metaKey;
      if (isCommand && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
        // A dialog may hold a secret that is shown once: nothing leads away from it but itself.
        if (isOverlayOpen()) return;
        event.preventDefault();
        return latest.current.onPalette();
      }
      if (isCommand || event.altKey || isTaken(event)) return;
      const isGoing = event.timeStamp - goAt < chordMilliseconds;
      goAt = event.key === 'g' && !isGoing ? event.timeStamp : -Infinity;
      if (isGoing) latest.current.onGo(event.key);
      else if (event.key === '?') latest.current.onSheet();
    }
    document.addEventListener('keydown', answer);
    return () => document.removeEventListener('keydown', answer);
  }, []);
}
