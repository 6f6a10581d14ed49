'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm, useWatch } from 'react-hook-form';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { LengthHint } from '#components/setup/length-hint.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { PasswordField } from '#components/ui/password-field.tsx';
import { toast } from '#components/ui/toast.ts';
import { setPasswordInput } from '#server/people/users/schema.ts';
import type { UserDialogProps } from './edit-dialog.tsx';
import { useRefreshUsers } from './use-user-changes.ts';

const resolver = zodResolver(setPasswordInput);

export function SetPasswordDialog({ user, ...dialog }: UserDialogProps) {
  const form = useForm({ resolver, defaultValues: { id: user.id, password: '' } });
  const password = useWatch({ control: form.control, name: 'password' });
  const { errors } = form.formState;
  const refresh = useRefreshUsers();
  const set = useMutation(
    trpc.users.setPassword.mutationOptions({
      gcTime: 0,
      onSuccess() {
        toast({
          title: `${user.name} has a new password`,
          detail: 'They are signed out everywhere.',
          about: user.id,
        });
        dialog.onClose();
        return refresh();
      },
      onError: (error) => showProblem(error, ['password'], form.setError),
    }),
  );
  return (
    <FormDialog
      {...dialog}
      title={`Set a password for ${user.name}`}
      description="It works once, within 24 hours; they choose their own when they sign in. They are signed out everywhere. It is not shown again."
      onSubmit={form.handleSubmit((input) => set.mutate(input))}
      submitLabel="Set password"
      pendingLabel="Setting…"
      pending={set.isPending}
      problem={errors.root?.['refused']?.message}
    >
      <PasswordField
        data-first-focus
        label="Password"
        autoComplete="new-password"
        error={errors.password?.message}
        hint={<LengthHint password={password} />}
        keepHint
        {...form.register('password')}
      />
    </FormDialog>
  );
}
