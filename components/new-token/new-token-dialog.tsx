'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { trpc } from '#components/api/trpc.ts';
import { tokensKey } from '#components/tokens/tokens-key.ts';
import type { CreateTokenInput } from '#server/credentials/tokens/schema.ts';
import { NewTokenForm } from './new-token-form.tsx';
import { SecretDialog } from './secret-dialog.tsx';
import { useSecretOnce } from './use-secret-once.ts';

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
  const create = useMutation(
    trpc.tokens.create.mutationOptions({
      gcTime: 0,
      onSuccess: () => void client.invalidateQueries({ queryKey: tokensKey }),
    }),
  );
  const made = create.data;
  const secret = useSecretOnce({
    isMade: made !== undefined,
    onClose() {
      create.reset();
      onClose();
    },
  });
  function send(input: CreateTokenInput, showRefused: (error: unknown) => void) {
    secret.block();
    create.mutate(input, {
      onError(error) {
        secret.onRefused(error);
        showRefused(error);
      },
    });
  }
  if (!made)
    return (
      <NewTokenForm pending={create.isPending} onSend={send} onClose={secret.close} returnTo={returnTo} />
    );
  return (
    <SecretDialog
      {...secret.secretDialog}
      title="Copy your token now"
      description={
        <>
          <strong className="font-medium break-words text-ink">{made.credential.name}</strong> is ready. This
          is the only time its secret is shown.
        </>
      }
      made={made}
      loss="The secret is not shown again. Without it the token is of no use, and you would have to make another."
      returnTo={returnTo}
    />
  );
}
