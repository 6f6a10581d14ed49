'use client';
import { trpcClient } from '#components/api/trpc.ts';
import { useMadeSecret } from '#components/new-token/use-made-secret.ts';
import { noReach } from '#components/resources/reach-schema.ts';
import type { CreateAgentInput } from '#server/credentials/agents/schema.ts';
import type { AgentValues } from './agent-form-schema.ts';
import { AgentForm } from './agent-form.tsx';
import { agentsKey } from './agents-key.ts';
import { EnrollDialog } from './enroll-dialog.tsx';

interface NewAgentDialogProps {
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

const defaultValues: AgentValues = {
  name: '',
  description: '',
  permissions: ['profile:read'],
  resources: noReach,
  rotationDays: '',
  minutes: '10',
};
const make = (input: CreateAgentInput) => trpcClient.agents.create.mutate(input);

/** First the form, then the command to enroll it with. */
export function NewAgentDialog({ returnTo, onClose }: NewAgentDialogProps) {
  const { made, isPending, send, close, secretDialog } = useMadeSecret({
    make,
    queryKey: agentsKey,
    onClose,
  });
  if (!made)
    return (
      <AgentForm
        isNew
        title="New agent"
        description="A machine that acts for you, with a secret of its own that is replaced by itself."
        submitLabel="Create agent"
        pendingLabel="Creating…"
        discardTitle="Discard this agent?"
        defaultValues={defaultValues}
        pending={isPending}
        onSend={({ filled, showRefused }) => send(filled, showRefused)}
        onClose={close}
        returnTo={returnTo}
      />
    );
  return <EnrollDialog {...secretDialog} made={made} returnTo={returnTo} />;
}
