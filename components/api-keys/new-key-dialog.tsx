'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { trpc } from '#components/api/trpc.ts';
import { SecretDialog } from '#components/new-token/secret-dialog.tsx';
import { useSecretOnce } from '#components/new-token/use-secret-once.ts';
import type { CreateKeyInput } from '#server/credentials/api-keys/schema.ts';
import type { KeyValues } from './key-form-schema.ts';
import { KeyForm } from './key-form.tsx';
import { keysKey } from './keys-key.ts';

interface NewKeyDialogProps {
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

const nothing = { scope: 'none', ids: '' } as const;
const defaultValues: KeyValues = {
  name: '',
  expiry: '90',
  date: '',
  permissions: [],
  resources: {
    agent: nothing,
    flow: nothing,
    mcp_tool: nothing,
    vector_store: nothing,
    llm_model: nothing,
  },
  ipAllowlist: '',
};

/** First the form, then the secret, once; held and let go of as a new token's is. */
export function NewKeyDialog({ returnTo, onClose }: NewKeyDialogProps) {
  const client = useQueryClient();
  const create = useMutation(
    trpc.keys.create.mutationOptions({
      gcTime: 0,
      onSuccess: () => void client.invalidateQueries({ queryKey: keysKey }),
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
  function send(input: CreateKeyInput, showRefused: (error: unknown) => void) {
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
      <KeyForm
        title="New API key"
        description="It belongs to everyone here, not to you: it works on when you have left."
        submitLabel="Create key"
        pendingLabel="Creating…"
        discardTitle="Discard this key?"
        defaultValues={defaultValues}
        pending={create.isPending}
        onSend={send}
        onClose={secret.close}
        returnTo={returnTo}
      />
    );
  return (
    <SecretDialog
      {...secret.secretDialog}
      title="Copy the key now"
      description={
        <>
          <strong className="font-medium break-words text-ink">{made.credential.name}</strong> is ready. This
          is the only time its secret is shown.
        </>
      }
      made={made}
      loss="The secret is not shown again. Without it the key is of no use until it is rotated."
      returnTo={returnTo}
    />
  );
}
