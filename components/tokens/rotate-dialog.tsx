'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { SecretDialog } from '#components/new-token/secret-dialog.tsx';
import { useSecretOnce } from '#components/new-token/use-secret-once.ts';
import { Alert } from '#components/ui/alert.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { clockWords } from '#components/ui/time-words.ts';
import { useNow } from '#components/ui/use-now.ts';
import type { RotateTokenInput, TokenView } from '#server/credentials/tokens/schema.ts';
import { GraceField, type GraceSeconds } from './grace-field.tsx';

/** A repeat of a press whose answer got lost must not rotate twice. Only where the browser can make one: on HTTPS. */
const newRotationId = () => globalThis.crypto.randomUUID?.();

export interface RotateDialogProps {
  credential: { id: string; name: string; expiresAt: string | null; rotation: TokenView['rotation'] };
  noun: 'token' | 'key';
  rotate: (input: RotateTokenInput) => Promise<{ token: string | null; credential: RotatedCredential }>;
  /** What shows it, to be looked at again. */
  queryKey: readonly string[];
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

type RotatedCredential = Pick<TokenView, 'name' | 'prefix' | 'expiresAt' | 'rotation'>;

/** First for how long the old secret goes on working, then the new one, once; held and let go of as a new token's is. */
export function RotateDialog({
  credential,
  noun,
  rotate: mutationFn,
  queryKey,
  returnTo,
  onClose,
}: RotateDialogProps) {
  const client = useQueryClient();
  const [graceSeconds, setGraceSeconds] = useState<GraceSeconds>(3_600);
  const [rotationId] = useState(newRotationId);
  const rotate = useMutation({
    mutationFn,
    gcTime: 0,
    onSuccess: () => void client.invalidateQueries({ queryKey }),
  });
  const made = rotate.data?.token
    ? { token: rotate.data.token, credential: rotate.data.credential }
    : undefined;
  const secret = useSecretOnce({
    isMade: made !== undefined,
    onClose() {
      rotate.reset();
      onClose();
    },
  });
  function send() {
    secret.block();
    rotate.mutate(
      { id: credential.id, graceSeconds, ...(rotationId && { rotationId }) },
      { onError: secret.onRefused },
    );
  }
  if (made)
    return (
      <SecretDialog
        {...secret.secretDialog}
        noun={noun}
        title="Copy the new secret now"
        description={
          <Rotated name={made.credential.name} graceEndsAt={made.credential.rotation?.graceEndsAt} />
        }
        made={made}
        loss={`The new secret is not shown again. Once the old one stops, nothing could use the ${noun} until you rotate it again.`}
        returnTo={returnTo}
      />
    );
  return (
    <FormDialog
      wide
      locked
      title={`Rotate ${credential.name}?`}
      description="It gets a new secret. Its name, permissions, expiry and history stay as they are."
      onClose={secret.close}
      returnTo={returnTo}
      onSubmit={send}
      submitLabel={rotate.data ? null : `Rotate ${noun}`}
      pendingLabel="Rotating…"
      cancelLabel={rotate.data ? 'Close' : 'Cancel'}
      pending={rotate.isPending}
      problem={rotate.error && sentenceOf(problemOf(rotate.error))}
    >
      <GraceField credential={credential} noun={noun} value={graceSeconds} onChange={setGraceSeconds} />
      {rotate.data && (
        <Alert variant="warn">
          It was rotated already, and the answer with the new secret got lost. Close this and rotate it once
          more.
        </Alert>
      )}
    </FormDialog>
  );
}

function Rotated({ name, graceEndsAt }: { name: string; graceEndsAt: string | undefined }) {
  const now = useNow();
  return (
    <>
      This is the only time the new secret of{' '}
      <strong className="font-medium break-words text-ink">{name}</strong> is shown.{' '}
      {graceEndsAt
        ? `The old one works until ${clockWords(new Date(graceEndsAt), now)}.`
        : 'The old one has stopped working.'}
    </>
  );
}
