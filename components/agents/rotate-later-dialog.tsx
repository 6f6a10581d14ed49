'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { agoWords } from '#components/ui/time-words.ts';
import { toast } from '#components/ui/toast.ts';
import { useNow } from '#components/ui/use-now.ts';
import type { AgentDialogProps } from './agent-dialog-props.ts';
import { showAgent, useRefreshAgents } from './use-agent-changes.ts';

/** Of an agent that is not connected: whether its rotation is to wait for that. */
export function RotateLaterDialog({ item, ...dialog }: AgentDialogProps) {
  const now = useNow();
  const client = useQueryClient();
  const refresh = useRefreshAgents();
  const rotate = useMutation(
    trpc.rotations.rotate.mutationOptions({
      onSuccess(rotation, { id }) {
        showAgent(client, { id, rotation });
        toast({ title: `${item.name} is rotated once it reconnects`, about: id });
        dialog.onClose();
        return refresh();
      },
    }),
  );
  const seen = item.lastSeenAt ? ` It was last seen ${agoWords(new Date(item.lastSeenAt), now)}.` : '';
  return (
    <FormDialog
      {...dialog}
      title={`${item.name} is offline`}
      description={`A new secret goes to the agent alone, so it has to be connected.${seen}`}
      onSubmit={() => rotate.mutate({ id: item.id, wait: 'reconnect' })}
      submitLabel="Rotate when it reconnects"
      pendingLabel="Asking…"
      pending={rotate.isPending}
      problem={rotate.error && sentenceOf(problemOf(rotate.error))}
    />
  );
}
