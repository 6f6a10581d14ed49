'use client';
import type { ReactNode } from 'react';
import { Dialog } from '#components/ui/dialog.tsx';
import { DiscardDialog } from '#components/ui/discard-dialog.tsx';
import { type MadeSecret, SecretPanel } from './secret-panel.tsx';
import type { useSecretOnce } from './use-secret-once.ts';

type SecretDialogProps = ReturnType<typeof useSecretOnce>['secretDialog'] & {
  title: string;
  description: ReactNode;
  noun: 'token' | 'key';
  made: MadeSecret;
  /** What is lost with a secret that was not copied. */
  loss: string;
  returnTo: () => HTMLElement | null;
};

/** Shows a secret, once, and asks before it closes uncopied. */
export function SecretDialog({
  noun,
  made,
  loss,
  isAsking,
  onCopied,
  onStay,
  onLeave,
  ...dialog
}: SecretDialogProps) {
  return (
    <Dialog wide {...dialog}>
      <SecretPanel noun={noun} made={made} onCopied={onCopied} onDone={dialog.onClose} />
      {isAsking && (
        <DiscardDialog
          title="Close without copying?"
          description={loss}
          discardLabel="Close without copying"
          onStay={onStay}
          onDiscard={onLeave}
        />
      )}
    </Dialog>
  );
}
