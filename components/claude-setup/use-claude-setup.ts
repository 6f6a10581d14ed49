'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { toastProblem } from '#components/api/toast-problem.ts';
import { trpcClient } from '#components/api/trpc.ts';
import { useMe } from '#components/sessions/use-me.ts';
import { tokensKey } from '#components/tokens/tokens-key.ts';
import { copyLater } from '#components/ui/copy-later.ts';
import { forgetSetup, keepSetup, useKeptSetup } from './kept-setup.ts';
import { setupCodeQuery } from './setup-code-query.ts';
import { setupText, utcWords, type SetupProof } from './setup-text.ts';

/** A setup that was begun. The code stands nowhere but in the text, and the text is gone when this is. */
export interface BegunSetup {
  /** Of the code; null where a token was made instead. */
  id: string | null;
  /** Null where it was begun before this page was opened: a code is not kept. */
  text: string | null;
  /** When the code dies, by this browser's clock. */
  until: Date;
}

/** Begins setting Claude Code up: makes the code (or a token), copies the text, and says whether that worked. */
export function useClaudeSetup() {
  const client = useQueryClient();
  const { data: me } = useMe();
  const userId = me?.user?.id;
  const kept = useKeptSetup(userId);
  const [own, setOwn] = useState<BegunSetup | null>();
  const begun = own === undefined ? kept && { ...kept, text: null } : own;
  const [isCopied, setIsCopied] = useState(false);
  const [needsManualCopy, setNeedsManualCopy] = useState(false);

  async function start(make: () => Promise<Made>) {
    setIsCopied(false);
    const setup = make().then(({ id, proof, secondsLeft }) => ({
      id,
      text: setupText({ server: window.location.origin, askedBy: me?.user?.email ?? '', proof }),
      until: new Date(Date.now() + secondsLeft * 1_000),
    }));
    const copied = copyLater(setup.then(({ text }) => text));
    const { id, text, until } = await setup;
    setOwn({ id, text, until });
    if (userId && id) keepSetup(userId, { id, until });
    noteCopied(await copied);
  }
  function noteCopied(copied: boolean) {
    setIsCopied(copied);
    setNeedsManualCopy(!copied);
  }
  function reset() {
    setOwn(null);
    if (userId) forgetSetup(userId);
    setIsCopied(false);
    setNeedsManualCopy(false);
    begin.reset();
  }

  const begin = useMutation({ mutationFn: start, gcTime: 0 });
  const cancel = useMutation({
    mutationFn: (id: string) => trpcClient.setupCodes.cancel.mutate({ id }),
    onSuccess: reset,
    onError(error, id) {
      void client.invalidateQueries({ queryKey: setupCodeQuery(id).queryKey });
      toastProblem(error, { title: 'The code was not cancelled' });
    },
  });
  return {
    begun,
    /** Whether it was begun or ended since the page was loaded. */
    isOfThisPage: own !== undefined,
    isCopied,
    needsManualCopy,
    error: begin.error,
    isBusy: begin.isPending,
    isCancelling: cancel.isPending,
    begin: () => begin.mutate(makeCode),
    beginWithToken: () =>
      begin.mutate(makeToken, { onSuccess: () => void client.invalidateQueries({ queryKey: tokensKey }) }),
    copyAgain: async (text: string) => noteCopied(await copyLater(Promise.resolve(text))),
    closeManualCopy: () => setNeedsManualCopy(false),
    confirmManualCopy: () => setIsCopied(true),
    cancel: () => (begun?.id ? cancel.mutate(begun.id) : reset()),
    reset,
  };
}

export type ClaudeSetupState = ReturnType<typeof useClaudeSetup>;

interface Made {
  id: string | null;
  proof: SetupProof;
  secondsLeft: number;
}

async function makeCode(): Promise<Made> {
  const { code, expiresAt, ...made } = await trpcClient.setupCodes.make.mutate({});
  return { ...made, proof: { code, dies: utcWords(new Date(expiresAt)) } };
}

async function makeToken(): Promise<Made> {
  const name = `Claude Code, ${utcWords(new Date())}`;
  const { token } = await trpcClient.tokens.create.mutate({ name });
  return { id: null, proof: { token }, secondsLeft: 0 };
}
