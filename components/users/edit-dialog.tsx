'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { EmailField } from '#components/sessions/email-field.tsx';
import { TextField } from '#components/ui/field.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { toast } from '#components/ui/toast.ts';
import { createUserInput, type UserView } from '#server/people/users/schema.ts';
import { RoleField } from './role-field.tsx';
import { RoleGain } from './role-gain.tsx';
import { useRefreshUsers } from './use-user-changes.ts';

export interface UserDialogProps {
  user: UserView;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

const editedUser = createUserInput.omit({ password: true }).extend({ narrowTokens: z.boolean() });
export type EditedUser = z.infer<typeof editedUser>;
const resolver = zodResolver(editedUser);

export function EditDialog({ user, ...dialog }: UserDialogProps) {
  const { name, email, role } = user;
  const form = useForm({ resolver, defaultValues: { name, email, role, narrowTokens: true } });
  const { errors } = form.formState;
  const refresh = useRefreshUsers();
  const update = useMutation(
    trpc.users.update.mutationOptions({
      onSuccess(changed) {
        toast({
          title: `${changed.name} was changed`,
          detail: 'It counts from their next request.',
          about: user.id,
        });
        dialog.onClose();
        return refresh();
      },
      onError: (error) => showProblem(error, ['name', 'email', 'role'], form.setError),
    }),
  );
  return (
    <FormDialog
      {...dialog}
      title={`Edit ${name}`}
      onSubmit={form.handleSubmit((input) => update.mutate({ id: user.id, ...input }))}
      submitLabel="Save"
      pendingLabel="Saving…"
      pending={update.isPending}
      problem={errors.root?.['refused']?.message}
    >
      <TextField
        data-first-focus
        label="Name"
        autoComplete="off"
        error={errors.name?.message}
        {...form.register('name')}
      />
      <EmailField
        autoComplete="off"
        hint="Links that were sent to the present address stop working when you change it."
        error={errors.email?.message}
        {...form.register('email')}
      />
      <RoleField field={form.register('role')} error={errors.role?.message} />
      <RoleGain id={user.id} role={role} control={form.control} field={form.register('narrowTokens')} />
    </FormDialog>
  );
}
