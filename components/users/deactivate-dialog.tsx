'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '#components/ui/dialog.tsx';
import { TextField } from '#components/ui/field.tsx';
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

export function DeactivateDialog({ user, returnTo, onClose }: UserDialogProps) {
  const { register, handleSubmit, setError, formState } = useForm({
    resolver,
    defaultValues: { reason: '' },
  });
  const { errors } = formState;
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
        onClose();
        return refresh();
      },
      onError: (error) => showProblem(error, ['reason'], setError),
    }),
  );
  const submit = handleSubmit(({ reason }) => deactivate.mutate({ id: user.id, ...(reason && { reason }) }));
  return (
    <Dialog
      title={`Deactivate ${user.name}?`}
      description="They are signed out and their tokens are refused at once. Activating them gives their tokens back."
      onClose={onClose}
      returnTo={returnTo}
      pending={deactivate.isPending}
    >
      <form noValidate className="contents" onSubmit={(event) => void submit(event)}>
        <DialogBody>
          <CutOff id={user.id} />
          <TextField
            data-first-focus
            label="Reason"
            optional
            placeholder="Left the company"
            hint="Kept with the person and in the audit log."
            autoComplete="off"
            maxLength={500}
            error={errors.reason?.message}
            {...register('reason')}
          />
          {errors.root?.['refused'] && <Alert variant="danger">{errors.root['refused'].message}</Alert>}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="danger" pending={deactivate.isPending} pendingLabel="Deactivating…">
            Deactivate
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
