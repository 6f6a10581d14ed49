'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '#components/ui/dialog.tsx';
import { TextField } from '#components/ui/field.tsx';
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
    <Dialog title={`Edit ${name}`} onClose={onClose} returnTo={returnTo} pending={update.isPending}>
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
          {errors.root?.['refused'] && <Alert variant="danger">{errors.root['refused'].message}</Alert>}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={update.isPending} pendingLabel="Saving…">
            Save
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
