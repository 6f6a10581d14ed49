'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { LeaveDialog } from '#components/new-token/leave-dialog.tsx';
import { SecretPanel } from '#components/new-token/secret-panel.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '#components/ui/dialog.tsx';
import { useBlocker } from '#components/ui/use-blocker.ts';
import { useNow } from '#components/ui/use-now.ts';
import { GraceField, type GraceSeconds } from './grace-field.tsx';
import { clockWords } from './grace-strip.tsx';
import type { TokenDialogProps } from './rename-dialog.tsx';
import { tokensKey } from './tokens-key.ts';

/** A repeat of a press whose answer got lost must not rotate twice. Only where the browser can make one: on HTTPS. */
const newRotationId = () => globalThis.crypto.randomUUID?.();

/** First for how long the old secret goes on working, then the new one, once; held and let go of as a new token's is. */
export function RotateDialog({ token, returnTo, onClose }: TokenDialogProps) {
  const client = useQueryClient();
  const [graceSeconds, setGraceSeconds] = useState<GraceSeconds>(3_600);
  const [rotationId] = useState(newRotationId);
  const [isCopied, setIsCopied] = useState(false);
  const [isAsking, setIsAsking] = useState(false);
  const rotate = useMutation(
    trpc.tokens.rotate.mutationOptions({
      gcTime: 0,
      onSuccess: () => void client.invalidateQueries({ queryKey: tokensKey }),
    }),
  );
  const made = rotate.data?.token
    ? { token: rotate.data.token, credential: rotate.data.credential }
    : undefined;
  const blocker = useBlocker(() => made && setIsAsking(true));

  function send() {
    blocker.block();
    rotate.mutate(
      { id: token.id, graceSeconds, ...(rotationId && { rotationId }) },
      { onError: (error) => blocker.unblock(problemOf(error).code !== 'unauthenticated') },
    );
  }
  function close() {
    blocker.unblock();
    rotate.reset();
    onClose();
  }
  function askToClose() {
    if (rotate.isPending) return;
    if (made && !isCopied) setIsAsking(true);
    else close();
  }
  function copied() {
    blocker.unblock();
    setIsCopied(true);
  }

  return (
    <Dialog
      key={made ? 'secret' : 'form'}
      wide
      pending={rotate.isPending}
      title={made ? 'Copy the new secret now' : `Rotate ${token.name}?`}
      description={
        made ? (
          <Rotated name={made.credential.name} graceEndsAt={made.credential.rotation?.graceEndsAt} />
        ) : (
          'It gets a new secret. Its name, permissions, expiry and history stay as they are.'
        )
      }
      onClose={askToClose}
      returnTo={returnTo}
    >
      {made && <SecretPanel made={made} onCopied={copied} onDone={askToClose} />}
      {!made && (
        <>
          <DialogBody>
            <GraceField token={token} value={graceSeconds} onChange={setGraceSeconds} />
            {rotate.data && (
              <Alert variant="warn">
                It was rotated already, and the answer with the new secret got lost. Close this and rotate it
                once more.
              </Alert>
            )}
            {rotate.isError && <Alert variant="danger">{sentenceOf(problemOf(rotate.error))}</Alert>}
          </DialogBody>
          <DialogFooter>
            <Button disabled={rotate.isPending} onClick={close}>
              {rotate.data ? 'Close' : 'Cancel'}
            </Button>
            {!rotate.data && (
              <Button variant="primary" pending={rotate.isPending} pendingLabel="Rotating…" onClick={send}>
                Rotate token
              </Button>
            )}
          </DialogFooter>
        </>
      )}
      {isAsking && <LeaveDialog rotated onStay={() => setIsAsking(false)} onLeave={close} />}
    </Dialog>
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
