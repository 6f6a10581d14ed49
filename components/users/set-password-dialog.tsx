'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm, useWatch } from 'react-hook-form';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { LengthHint } from '#components/setup/length-hint.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '#components/ui/dialog.tsx';
import { PasswordField } from '#components/ui/password-field.tsx';
import { toast } from '#components/ui/toast.ts';
import { setPasswordInput } from '#server/people/users/schema.ts';
import type { UserDialogProps } from './edit-dialog.tsx';
import { useRefreshUsers } from './use-user-changes.ts';

const resolver = zodResolver(setPasswordInput);

export function SetPasswordDialog({ user, returnTo, onClose }: UserDialogProps) {
  const { register, control, handleSubmit, setError, formState } = useForm({
    resolver,
    defaultValues: { id: user.id, password: '' },
  });
  const password = useWatch({ control, name: 'password' });
  const { errors } = formState;
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
        onClose();
        return refresh();
      },
      onError: (error) => showProblem(error, ['password'], setError),
    }),
  );
  const submit = handleSubmit((input) => set.mutate(input));
  return (
    <Dialog
      title={`Set a password for ${user.name}`}
      description="It works once, within 24 hours; they choose their own when they sign in. They are signed out everywhere. It is not shown again."
      onClose={onClose}
      returnTo={returnTo}
      pending={set.isPending}
    >
      <form noValidate className="contents" onSubmit={(event) => void submit(event)}>
        <DialogBody>
          <PasswordField
            data-first-focus
            label="Password"
            autoComplete="new-password"
            error={errors.password?.message}
            hint={<LengthHint password={password} />}
            keepHint
            {...register('password')}
          />
          {errors.root?.['refused'] && <Alert variant="danger">{errors.root['refused'].message}</Alert>}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" pending={set.isPending} pendingLabel="Setting…">
            Set password
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
