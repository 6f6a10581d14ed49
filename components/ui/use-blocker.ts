'use client';
import { useEffect, useRef } from 'react';

/**
 * Keeps a person on this page until it is unblocked: reloading and closing make the browser ask, and Back calls `onBack`
 * instead of leaving, for it only takes away an entry of the history that stands on top for this purpose.
 */
function blockLeaving(onBack: () => void) {
  // Next's own state goes into the entry, so that its router takes it for one of its own and stays where it is.
  const push = () => window.history.pushState({ ...window.history.state, held: true }, '');
  const ask = (event: BeforeUnloadEvent) => event.preventDefault();
  function back() {
    push();
    onBack();
  }
  push();
  window.addEventListener('beforeunload', ask);
  window.addEventListener('popstate', back);
  return function unblock(stays: boolean) {
    window.removeEventListener('beforeunload', ask);
    window.removeEventListener('popstate', back);
    if (stays && (window.history.state as { held?: boolean } | null)?.held) window.history.back();
  };
}

/** `block` and `unblock` from event handlers. `unblock(false)`: the page is being left, so its history is left alone. */
export function useBlocker(onBack: () => void) {
  const held = useRef<ReturnType<typeof blockLeaving>>(undefined);
  const answer = useRef(onBack);
  useEffect(() => {
    answer.current = onBack;
  });
  useEffect(() => () => held.current?.(false), []);
  return {
    block: () => void (held.current ??= blockLeaving(() => answer.current())),
    unblock(stays = true) {
      held.current?.(stays);
      held.current = undefined;
    },
  };
}
