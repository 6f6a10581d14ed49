'use client';
import { useMutation } from '@tanstack/react-query';
import { useForm, useWatch } from 'react-hook-form';
import { lazyResolver } from '#components/api/lazy-resolver.ts';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { LengthHint } from '#components/setup/length-hint.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { PasswordField } from '#components/ui/password-field.tsx';
import { toast } from '#components/ui/toast.ts';
import type { ChangePasswordInput } from '#server/people/account/schema.ts';
import { useRefreshAccount } from './use-account.ts';

const resolver = lazyResolver<ChangePasswordInput>(async () => ({
  resolver: (await import('./account-resolvers.ts')).passwordResolver,
}));

export function PasswordForm({ hasPassword }: { hasPassword: boolean }) {
  const refresh = useRefreshAccount();
  const form = useForm<ChangePasswordInput>({
    resolver,
    defaultValues: { newPassword: '', ...(hasPassword && { currentPassword: '' }) },
  });
  const { errors } = form.formState;
  const change = useMutation(
    trpc.account.changePassword.mutationOptions({
      gcTime: 0,
      onSuccess() {
        form.reset();
        toast({ title: 'Your password is changed', detail: 'You are signed out everywhere else.' });
        return refresh();
      },
      onError: (error) => showProblem(error, ['currentPassword', 'newPassword'], form.setError),
    }),
  );
  const newPassword = useWatch({ control: form.control, name: 'newPassword' });
  return (
    <form
      method="post"
      noValidate
      className="grid gap-4"
      onSubmit={(event) => void form.handleSubmit((input) => change.mutate(input))(event)}
    >
      {hasPassword && (
        <PasswordField
          label="Current password"
          autoComplete="current-password"
          error={errors.currentPassword?.message}
          {...form.register('currentPassword')}
        />
      )}
      <PasswordField
        label="New password"
        autoComplete="new-password"
        error={errors.newPassword?.message}
        hint={<LengthHint password={newPassword} />}
        keepHint
        {...form.register('newPassword')}
      />
      {errors.root?.['refused'] && <Alert variant="danger">{errors.root['refused'].message}</Alert>}
      <div>
        <Button type="submit" variant="primary" pending={change.isPending} pendingLabel="Changing…">
          {hasPassword ? 'Change password' : 'Set password'}
        </Button>
      </div>
    </form>
  );
}
