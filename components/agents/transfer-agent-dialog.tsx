'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm, useWatch } from 'react-hook-form';
import { z } from 'zod';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { toast } from '#components/ui/toast.ts';
import type { AgentDialogProps } from './agent-dialog-props.ts';
import { OwnerPicker } from './owner-picker.tsx';
import { useRefreshAgents } from './use-agent-changes.ts';

const resolver = zodResolver(z.object({ userId: z.string().min(1, 'Choose a person.') }));

export function TransferAgentDialog({ item, ...dialog }: AgentDialogProps) {
  const form = useForm({ resolver, defaultValues: { userId: '' } });
  const { errors } = form.formState;
  const userId = useWatch({ control: form.control, name: 'userId' });
  const refresh = useRefreshAgents();
  const transfer = useMutation(
    trpc.agents.transfer.mutationOptions({
      onSuccess({ id, name, owner }) {
        toast({ title: `${name} acts for ${owner.label} now`, about: id });
        dialog.onClose();
        return refresh();
      },
      onError: (error) => showProblem(error, ['userId'], form.setError),
    }),
  );
  return (
    <FormDialog
      {...dialog}
      title={`Transfer ${item.name}`}
      description={`It acts for ${item.owner.label}. From its next call on it may do no more than its new owner may. It keeps its secret.`}
      onSubmit={form.handleSubmit((chosen) => transfer.mutate({ id: item.id, ...chosen }))}
      submitLabel="Transfer agent"
      pendingLabel="Transferring…"
      pending={transfer.isPending}
      problem={errors.root?.['refused']?.message}
    >
      <OwnerPicker
        except={item.ownerId}
        value={userId}
        error={errors.userId?.message}
        onChoose={(id) => form.setValue('userId', id, { shouldDirty: true, shouldValidate: true })}
      />
    </FormDialog>
  );
}
