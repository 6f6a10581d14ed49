'use client';
import { useMutation } from '@tanstack/react-query';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { agoWords } from '#components/ui/time-words.ts';
import { toast } from '#components/ui/toast.ts';
import { useNow } from '#components/ui/use-now.ts';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import type { AgentDialogProps } from './agent-dialog-props.ts';
import { useRefreshAgents } from './use-agent-changes.ts';

export function DeleteAgentDialog({ item, ...dialog }: AgentDialogProps) {
  const refresh = useRefreshAgents();
  const remove = useMutation(
    trpc.agents.remove.mutationOptions({
      onSuccess() {
        toast({ title: `${item.name} is deleted`, detail: 'Its name is free again.', about: item.id });
        dialog.onClose();
        return refresh();
      },
    }),
  );
  return (
    <FormDialog
      {...dialog}
      title={`Delete ${item.name}?`}
      description="What runs as this agent stops: its connection closes and its next call is refused. What it did stays in the audit log. This cannot be undone."
      onSubmit={() => remove.mutate({ id: item.id })}
      submitLabel="Delete agent"
      pendingLabel="Deleting…"
      pending={remove.isPending}
      variant="danger"
      problem={remove.error && sentenceOf(problemOf(remove.error))}
    >
      <p className="rounded-control bg-sunken px-3 py-2 text-sm text-muted">{runsWhere(item, useNow())}</p>
    </FormDialog>
  );
}

function runsWhere({ online, host, lastSeenAt }: AgentView, now: Date): string {
  const place = host ? ` on ${host}` : '';
  if (online) return `It is connected now${place}.`;
  return lastSeenAt
    ? `It was last seen ${agoWords(new Date(lastSeenAt), now)}${place}.`
    : 'It has never connected.';
}
