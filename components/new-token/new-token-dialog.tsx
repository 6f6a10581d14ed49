'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { problemOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { tokensKey } from '#components/tokens/tokens-key.ts';
import { Dialog } from '#components/ui/dialog.tsx';
import { useBlocker } from '#components/ui/use-blocker.ts';
import type { CreateTokenInput } from '#server/credentials/tokens/schema.ts';
import { DiscardDialog, LeaveDialog } from './leave-dialog.tsx';
import { NewTokenForm, useNewTokenForm } from './new-token-form.tsx';
import { SecretPanel } from './secret-panel.tsx';

interface NewTokenDialogProps {
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

/**
 * First the form, then the secret, once. The mutation alone holds the secret: with no time in the cache, and reset on
 * closing, it is gone from memory when the dialog is. From sending the form until the secret is copied nothing closes
 * the dialog unasked: the token would live on, and nobody would have seen its secret.
 */
export function NewTokenDialog({ returnTo, onClose }: NewTokenDialogProps) {
  const client = useQueryClient();
  const [isCopied, setIsCopied] = useState(false);
  const [asking, setAsking] = useState<'leave' | 'discard' | null>(null);
  const form = useNewTokenForm();
  const { isDirty } = form.formState;
  const create = useMutation(
    trpc.tokens.create.mutationOptions({
      gcTime: 0,
      onSuccess: () => void client.invalidateQueries({ queryKey: tokensKey }),
    }),
  );
  const made = create.data;
  const blocker = useBlocker(() => made && setAsking('leave'));

  function send(input: CreateTokenInput, onRefused: (error: unknown) => void) {
    blocker.block();
    create.mutate(input, {
      onError(error) {
        blocker.unblock(problemOf(error).code !== 'unauthenticated');
        onRefused(error);
      },
    });
  }
  function close() {
    blocker.unblock();
    create.reset();
    onClose();
  }
  function askToClose() {
    if (create.isPending) return;
    if (made && !isCopied) setAsking('leave');
    else if (!made && isDirty) setAsking('discard');
    else close();
  }
  function copied() {
    blocker.unblock();
    setIsCopied(true);
  }
  const stay = () => setAsking(null);

  return (
    <Dialog
      key={made ? 'secret' : 'form'}
      wide
      pending={create.isPending}
      title={made ? 'Copy your token now' : 'New token'}
      description={
        made ? (
          <>
            <strong className="font-medium break-words text-ink">{made.credential.name}</strong> is ready.
            This is the only time its secret is shown.
          </>
        ) : (
          'It acts as you, and never may do more than you.'
        )
      }
      onClose={askToClose}
      returnTo={returnTo}
    >
      {made ? (
        <SecretPanel made={made} onCopied={copied} onDone={askToClose} />
      ) : (
        <NewTokenForm form={form} busy={create.isPending} onSend={send} onCancel={close} />
      )}
      {asking === 'leave' && <LeaveDialog onStay={stay} onLeave={close} />}
      {asking === 'discard' && !made && <DiscardDialog onStay={stay} onLeave={close} />}
    </Dialog>
  );
}
