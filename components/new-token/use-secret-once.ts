'use client';
import { useState } from 'react';
import { problemOf } from '#components/api/problem.ts';
import { useBlocker } from '#components/ui/use-blocker.ts';

/**
 * From sending the form for a secret until the secret is copied nothing leaves unasked: the token would live on, and nobody
 * would have seen its secret. `onClose` is to drop it from memory.
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
