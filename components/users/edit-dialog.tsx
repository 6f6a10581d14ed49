'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '#components/ui/dialog.tsx';
import { TextField } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { toast } from '#components/ui/toast.ts';
import { createUserInput, type UserView } from '#server/people/users/schema.ts';
import { RoleField } from './role-field.tsx';
import { useRefreshUsers } from './use-user-changes.ts';

export interface UserDialogProps {
  user: UserView;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

const resolver = zodResolver(createUserInput.omit({ password: true }));

export function EditDialog({ user, returnTo, onClose }: UserDialogProps) {
  const { name, email, role } = user;
  const { register, handleSubmit, setError, formState } = useForm({
    resolver,
    defaultValues: { name, email, role },
  });
  const { errors } = formState;
  const refresh = useRefreshUsers();
  const update = useMutation(
    trpc.users.update.mutationOptions({
      onSuccess(changed) {
        toast({
          title: `${changed.name} was changed`,
          detail: 'It counts from their next request.',
          about: user.id,
        });
        onClose();
        return refresh();
      },
      onError: (error) => showProblem(error, ['name', 'email', 'role'], setError),
    }),
  );
  const submit = handleSubmit((input) => update.mutate({ id: user.id, ...input }));
  return (
    <Dialog title={`Edit ${name}`} onClose={onClose} returnTo={returnTo} busy={update.isPending}>
      <form noValidate className="contents" onSubmit={(event) => void submit(event)}>
        <DialogBody>
          <TextField
            data-first-focus
            label="Name"
            autoComplete="off"
            error={errors.name?.message}
            {...register('name')}
          />
          <TextField
            label="E-mail"
            type="email"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            hint="Links that were sent to the present address stop working when you change it."
            error={errors.email?.message}
            {...register('email')}
          />
          <RoleField field={register('role')} error={errors.role?.message} />
          {errors.root?.['refused'] && <Notice tone="danger">{errors.root['refused'].message}</Notice>}
        </DialogBody>
        <DialogFoot>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" busy={update.isPending} busyLabel="Saving…">
            Save
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
