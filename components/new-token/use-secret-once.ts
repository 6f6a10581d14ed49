'use client';
import { useState } from 'react';
import { problemOf } from '#components/api/problem.ts';
import { useBlocker } from '#components/ui/use-blocker.ts';

/**
 * Asks before the page or dialog is left, from the moment the form is sent until the secret is copied: the token would
 * exist and its secret be lost. `onClose` drops it from memory.
 */
export function useSecretOnce({ isMade, onClose }: { isMade: boolean; onClose: () => void }) {
  const [isCopied, setIsCopied] = useState(false);
  const [isAsking, setIsAsking] = useState(false);
  const { block, unblock } = useBlocker(() => isMade && setIsAsking(true));
  function close() {
    unblock();
    onClose();
  }
  function onCopied() {
    unblock();
    setIsCopied(true);
  }
  return {
    block,
    /** Refused: there is no secret. Who is signed out leaves this page in a moment, and its history is left alone. */
    onRefused: (error: unknown) => unblock(problemOf(error).code !== 'unauthenticated'),
    close,
    secretDialog: {
      isAsking,
      onCopied,
      onClose: () => (isCopied ? close() : setIsAsking(true)),
      onStay: () => setIsAsking(false),
      onLeave: close,
    },
  };
}
