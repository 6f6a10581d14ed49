'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { ReasonField } from '#components/ui/reason-field.tsx';
import { toast } from '#components/ui/toast.ts';
import { deactivateUserInput, type UserView } from '#server/people/users/schema.ts';
import { CutOff } from './cut-off.tsx';
import type { UserDialogProps } from './edit-dialog.tsx';
import { holdingWords, useRefreshUsers } from './use-user-changes.ts';

const resolver = zodResolver(
  z.object({ reason: z.union([z.string().trim().length(0), deactivateUserInput.shape.reason.unwrap()]) }),
);

const nothingToCutOff = ({ isInvited }: UserView) =>
  isInvited ? 'Their invite no longer works.' : 'There was nothing to cut off.';

export function DeactivateDialog({ user, ...dialog }: UserDialogProps) {
  const form = useForm({ resolver, defaultValues: { reason: '' } });
  const { errors } = form.formState;
  const refresh = useRefreshUsers();
  const deactivate = useMutation(
    trpc.users.deactivate.mutationOptions({
      onSuccess({ cutOff }) {
        const words = holdingWords(cutOff.counts);
        toast({
          title: `${user.name} is deactivated`,
          detail: words ? `Cut off: ${words}.` : nothingToCutOff(user),
          about: user.id,
        });
        dialog.onClose();
        return refresh();
      },
      onError: (error) => showProblem(error, ['reason'], form.setError),
    }),
  );
  const submit = form.handleSubmit(({ reason }) =>
    deactivate.mutate({ id: user.id, ...(reason && { reason }) }),
  );
  return (
    <FormDialog
      {...dialog}
      title={`Deactivate ${user.name}?`}
      description="They are signed out and their tokens are refused at once. Activating them gives their tokens back."
      onSubmit={submit}
      submitLabel="Deactivate"
      pendingLabel="Deactivating…"
      pending={deactivate.isPending}
      variant="danger"
      problem={errors.root?.['refused']?.message}
    >
      <CutOff id={user.id} />
      <ReasonField
        placeholder="Left the company"
        hint="Kept with the person and in the audit log."
        error={errors.reason?.message}
        {...form.register('reason')}
      />
    </FormDialog>
  );
}
