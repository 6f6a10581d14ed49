'use client';
import { trpcClient } from '#components/api/trpc.ts';
import { tokensKey } from '#components/tokens/tokens-key.ts';
import type { CreateTokenInput } from '#server/credentials/tokens/schema.ts';
import { NewTokenForm } from './new-token-form.tsx';
import { SecretDialog } from './secret-dialog.tsx';
import { useMadeSecret } from './use-made-secret.ts';

interface NewTokenDialogProps {
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

const make = (input: CreateTokenInput) => trpcClient.tokens.create.mutate(input);

/** First the form, then the secret, once. */
export function NewTokenDialog({ returnTo, onClose }: NewTokenDialogProps) {
  const { made, isPending, send, close, secretDialog } = useMadeSecret({
    make,
    queryKey: tokensKey,
    onClose,
  });
  if (!made) return <NewTokenForm pending={isPending} onSend={send} onClose={close} returnTo={returnTo} />;
  return (
    <SecretDialog
      {...secretDialog}
      noun="token"
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
