'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { trpc } from '#components/api/trpc.ts';
import { tokensKey } from '#components/tokens/tokens-key.ts';
import { Dialog } from '#components/ui/dialog.tsx';
import { LeaveDialog } from './leave-dialog.tsx';
import { NewTokenForm } from './new-token-form.tsx';
import { SecretPanel } from './secret-panel.tsx';

interface NewTokenDialogProps {
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

/**
 * First the form, then the secret, once. The mutation alone holds the secret: with no time in the cache, and reset on
 * closing, it is gone from memory when the dialog is.
 */
export function NewTokenDialog({ returnTo, onClose }: NewTokenDialogProps) {
  const client = useQueryClient();
  const [isCopied, setIsCopied] = useState(false);
  const [isLeaving, setIsLeaving] = useState(false);
  const create = useMutation(
    trpc.tokens.create.mutationOptions({
      gcTime: 0,
      onSuccess: () => void client.invalidateQueries({ queryKey: tokensKey }),
    }),
  );
  const made = create.data;

  function close() {
    create.reset();
    onClose();
  }
  const askToClose = made && !isCopied ? () => setIsLeaving(true) : close;

  return (
    <Dialog
      key={made ? 'secret' : 'form'}
      wide
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
        <SecretPanel made={made} onCopied={() => setIsCopied(true)} onDone={askToClose} />
      ) : (
        <NewTokenForm create={create} onCancel={close} />
      )}
      {isLeaving && <LeaveDialog onStay={() => setIsLeaving(false)} onLeave={close} />}
    </Dialog>
  );
}
