'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { showProblem } from '#components/api/show-problem.ts';
import { signInAgain } from '#components/api/sign-in-again.ts';
import { trpc } from '#components/api/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '#components/ui/dialog.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { PasswordField } from '#components/ui/password-field.tsx';
import { confirmInput } from '#server/sessions/schema.ts';
import { signInAgainAddress } from './sign-in-again-address.ts';

const resolver = zodResolver(confirmInput);
const cancel = () => signInAgain.answer(false);

export function ConfirmDialog() {
  const { register, handleSubmit, setError, formState } = useForm({
    resolver,
    defaultValues: { password: '' },
  });
  const { errors } = formState;
  const confirm = useMutation(
    trpc.sessions.confirm.mutationOptions({
      gcTime: 0,
      onSuccess: () => signInAgain.answer(true),
      onError: (error) => showProblem(error, ['password'], setError),
    }),
  );
  const submit = handleSubmit((input) => confirm.mutate(input));
  return (
    <Dialog
      asks
      title="Confirm that it is you"
      description="You signed in a while ago. Enter your password, and what you just did goes on."
      onClose={cancel}
    >
      <form noValidate className="contents" onSubmit={(event) => void submit(event)}>
        <DialogBody>
          <PasswordField
            data-first-focus
            label="Your password"
            autoComplete="current-password"
            error={errors.password?.message}
            {...register('password')}
          />
          {errors.root?.['refused'] && <Notice tone="danger">{errors.root['refused'].message}</Notice>}
          <p className="text-sm text-muted">
            No password at hand? <a href={signInAgainAddress()}>Sign in another way</a>. What you entered here
            is then lost.
          </p>
        </DialogBody>
        <DialogFoot>
          <Button onClick={cancel}>Cancel</Button>
          <Button type="submit" look="primary" busy={confirm.isPending} busyLabel="Confirming…">
            Confirm
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}
