'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import type { z } from 'zod';
import { showProblem } from '#components/api/show-problem.ts';
import { trpcClient } from '#components/api/trpc.ts';
import { useMadeSecret } from '#components/new-token/use-made-secret.ts';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import type { IssueAgentCodeInput } from '#server/credentials/agents/schema.ts';
import type { AgentDialogProps } from './agent-dialog-props.ts';
import { minutesPart } from './agent-form-schema.ts';
import { agentsKey } from './agents-key.ts';
import { CodeLifeField } from './code-life-field.tsx';
import { EnrollDialog, type MadeCode } from './enroll-dialog.tsx';

const resolver = zodResolver(minutesPart);

/** With the agent as it was right before: the list may not have heard of its last secret yet. */
async function make(input: IssueAgentCodeInput): Promise<MadeCode> {
  const agent = await trpcClient.agents.get.query({ id: input.id });
  return { agent, ...(await trpcClient.agents.issueCode.mutate(input)) };
}

/** First for how long, then the command to enroll it with, once more or for the first time. */
export function NewCodeDialog({ item, returnTo, onClose }: AgentDialogProps) {
  const { made, isPending, send, close, secretDialog } = useMadeSecret({
    make,
    queryKey: agentsKey,
    onClose,
  });
  const form = useForm<z.input<typeof minutesPart>, unknown, z.output<typeof minutesPart>>({
    resolver,
    defaultValues: { minutes: '10' },
  });
  if (made) return <EnrollDialog {...secretDialog} made={made} returnTo={returnTo} />;
  return (
    <FormDialog
      locked
      title={`New code for ${item.name}`}
      description="It enrolls the agent, on this machine or another. Its name, permissions and history stay; a code made before stops working."
      onSubmit={form.handleSubmit(({ minutes }) =>
        send({ id: item.id, minutes }, (error) => showProblem(error, ['minutes'], form.setError)),
      )}
      submitLabel="Make code"
      pendingLabel="Making a code…"
      pending={isPending}
      problem={form.formState.errors.root?.['refused']?.message}
      onClose={close}
      returnTo={returnTo}
    >
      <CodeLifeField field={form.register('minutes')} />
    </FormDialog>
  );
}
