'use client';
import { trpcClient } from '#components/api/trpc.ts';
import { SecretDialog } from '#components/new-token/secret-dialog.tsx';
import { useMadeSecret } from '#components/new-token/use-made-secret.ts';
import { noReach } from '#components/resources/reach-schema.ts';
import type { CreateKeyInput } from '#server/credentials/api-keys/schema.ts';
import type { KeyValues } from './key-form-schema.ts';
import { KeyForm } from './key-form.tsx';
import { keysKey } from './keys-key.ts';

interface NewKeyDialogProps {
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

const defaultValues: KeyValues = {
  name: '',
  expiry: '90',
  date: '',
  permissions: [],
  resources: noReach,
  ipAllowlist: '',
};

const make = (input: CreateKeyInput) => trpcClient.keys.create.mutate(input);

/** First the form, then the secret, once. */
export function NewKeyDialog({ returnTo, onClose }: NewKeyDialogProps) {
  const { made, isPending, send, close, secretDialog } = useMadeSecret({ make, queryKey: keysKey, onClose });
  if (!made)
    return (
      <KeyForm
        title="New API key"
        description="It belongs to everyone here, not to you, and keeps working after you leave."
        submitLabel="Create key"
        pendingLabel="Creating…"
        discardTitle="Discard this key?"
        defaultValues={defaultValues}
        pending={isPending}
        onSend={({ input, showRefused }) => send(input, showRefused)}
        onClose={close}
        returnTo={returnTo}
      />
    );
  return (
    <SecretDialog
      {...secretDialog}
      noun="key"
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
