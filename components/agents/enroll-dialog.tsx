'use client';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { useSecretOnce } from '#components/new-token/use-secret-once.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '#components/ui/dialog.tsx';
import { DiscardDialog } from '#components/ui/discard-dialog.tsx';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import { agentQuery } from './agent-query.ts';
import { EnrollCommand } from './enroll-command.tsx';
import { EnrollProgress } from './enroll-progress.tsx';

const againMs = 2_000;

export interface MadeCode {
  code: string;
  expiresAt: string;
  /** As it was when the code was made. */
  agent: Pick<AgentView, 'id' | 'name' | 'epoch'>;
}

type EnrollDialogProps = ReturnType<typeof useSecretOnce>['secretDialog'] & {
  made: MadeCode;
  returnTo: () => HTMLElement | null;
};

/** Shows the command that enrolls an agent, once, and how that goes on its machine. With the code used, its command goes. */
export function EnrollDialog({
  made: { agent, code, expiresAt },
  isAsking,
  onCopied,
  onStay,
  onLeave,
  ...dialog
}: EnrollDialogProps) {
  const { data } = useQuery({
    ...agentQuery(agent.id),
    staleTime: 0,
    // A new connection is gathered by the minute before it is announced.
    refetchInterval: ({ state }) =>
      state.data?.online && isEnrolledSince(agent, state.data) ? false : againMs,
  });
  const isEnrolled = data !== undefined && isEnrolledSince(agent, data);
  const done = useRef<HTMLButtonElement>(null);
  // There is nothing left to lose, so the page may be left; and the button that had the focus is gone.
  useEffect(() => {
    if (!isEnrolled) return;
    onCopied();
    done.current?.focus();
    // oxlint-disable-next-line react/exhaustive-deps
  }, [isEnrolled]);
  const isConnected = isEnrolled && data.online;
  return (
    <Dialog
      wide
      {...dialog}
      title={isEnrolled ? `${agent.name} is enrolled` : `Enroll ${agent.name}`}
      description={
        isEnrolled
          ? 'Its secret was made for that machine and is kept there alone.'
          : 'Run this on its machine. The code works once, and is shown only now.'
      }
    >
      <DialogBody>
        {!isEnrolled && <EnrollCommand code={code} isAgain={agent.epoch !== null} onCopied={onCopied} />}
        <EnrollProgress name={agent.name} until={new Date(expiresAt)} agent={isEnrolled ? data : null} />
      </DialogBody>
      <DialogFooter>
        <Button ref={done} variant={isConnected ? 'primary' : 'secondary'} onClick={dialog.onClose}>
          Done
        </Button>
      </DialogFooter>
      {isAsking && (
        <DiscardDialog
          title="Close without copying?"
          description="The code is not shown again. You can make a new one at any time."
          discardLabel="Close without copying"
          onStay={onStay}
          onDiscard={onLeave}
        />
      )}
    </Dialog>
  );
}

/** Each enrolling gives it a secret of a higher epoch, and takes the code away. */
const isEnrolledSince = (
  before: Pick<AgentView, 'epoch'>,
  { epoch, enrollment }: Pick<AgentView, 'epoch' | 'enrollment'>,
) => enrollment === null && (epoch ?? 0) > (before.epoch ?? 0);
