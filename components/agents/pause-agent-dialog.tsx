'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { TextField } from '#components/ui/field.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { toast } from '#components/ui/toast.ts';
import { pauseAgentInput } from '#server/credentials/agents/schema.ts';
import type { AgentDialogProps } from './agent-dialog-props.ts';
import { useRefreshAgents, useResumeAgent } from './use-agent-changes.ts';

const resolver = zodResolver(pauseAgentInput.omit({ id: true }));

export function PauseAgentDialog({ item, ...dialog }: AgentDialogProps) {
  const form = useForm({ resolver, defaultValues: { reason: '' } });
  const { errors } = form.formState;
  const refresh = useRefreshAgents();
  const { mutate: resume } = useResumeAgent();
  const pause = useMutation(
    trpc.agents.pause.mutationOptions({
      onSuccess({ id, name }) {
        toast({
          title: `${name} is paused`,
          detail: 'Its calls are refused until it is resumed.',
          about: id,
          act: { label: 'Undo', onPress: () => resume({ id }) },
        });
        dialog.onClose();
        return refresh();
      },
      onError: (error) => showProblem(error, ['reason'], form.setError),
    }),
  );
  return (
    <FormDialog
      {...dialog}
      title={`Pause ${item.name}?`}
      description="Its connection closes and its calls are refused, until you resume it. It keeps its secret."
      onSubmit={form.handleSubmit(({ reason }) => pause.mutate({ id: item.id, reason }))}
      submitLabel="Pause agent"
      pendingLabel="Pausing…"
      pending={pause.isPending}
      problem={errors.root?.['refused']?.message}
    >
      <TextField
        data-first-focus
        label="Reason"
        placeholder="It floods the build server"
        hint="Shown to its owner, sent to the agent, and kept in the audit log."
        autoComplete="off"
        maxLength={500}
        error={errors.reason?.message}
        {...form.register('reason')}
      />
    </FormDialog>
  );
}
