'use client';
import { useMutation } from '@tanstack/react-query';
import { trpc } from '#components/api/trpc.ts';
import { toReach } from '#components/resources/reach-schema.ts';
import { toast } from '#components/ui/toast.ts';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import type { AgentDialogProps } from './agent-dialog-props.ts';
import type { AgentValues } from './agent-form-schema.ts';
import { AgentForm, type SentAgent } from './agent-form.tsx';
import { useRefreshAgents } from './use-agent-changes.ts';

/** What an agent is called, may do and reach. Widening it needs a fresh sign-in, which the server asks for. */
export function EditAgentDialog({ item, returnTo, onClose }: AgentDialogProps) {
  const refresh = useRefreshAgents();
  const update = useMutation(
    trpc.agents.update.mutationOptions({
      onSuccess({ id, name }) {
        toast({ title: `${name} was changed`, detail: 'It counts from its next call.', about: id });
        onClose();
        return refresh();
      },
    }),
  );
  function send({ changed, showRefused }: SentAgent) {
    update.mutate({ id: item.id, ...changed }, { onError: showRefused });
  }
  return (
    <AgentForm
      title={`Edit ${item.name}`}
      description="What it may do from its next call on."
      submitLabel="Save"
      pendingLabel="Saving…"
      discardTitle="Discard these changes?"
      defaultValues={toValues(item)}
      pending={update.isPending}
      onSend={send}
      returnTo={returnTo}
      onClose={onClose}
    />
  );
}

function toValues({ name, description, permissions, resources, rotationDays }: AgentView): AgentValues {
  return {
    name,
    description: description ?? '',
    permissions,
    resources: toReach(resources),
    rotationDays: rotationDays === null ? '' : String(rotationDays),
    minutes: '10',
  };
}
