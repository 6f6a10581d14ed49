'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useAccount } from '#components/account/use-account.ts';
import { showProblem } from '#components/api/show-problem.ts';
import { signInAgain } from '#components/api/sign-in-again.ts';
import { trpc } from '#components/api/trpc.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button, buttonClass } from '#components/ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '#components/ui/dialog.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { PasswordField } from '#components/ui/password-field.tsx';
import { confirmInput } from '#server/core/sessions/schema.ts';
import { signInAgainAddress } from './sign-in-again-address.ts';

const resolver = zodResolver(confirmInput);
const cancel = () => signInAgain.answer(false);
const frame = { alert: true, title: 'Confirm that it is you', onClose: cancel };

/** Comes once it is known how this person can sign in; where that cannot be told, it asks for a password. */
export function ConfirmDialog() {
  const account = useAccount();
  if (account.isPending) return null;
  const ways = account.data?.ways ?? ['password'];
  const hasOther = ways.some((way) => way !== 'password');
  if (ways.includes('password')) return <ByPassword hasOther={hasOther} />;
  return (
    <ByOtherWay hasOther={hasOther} hasPasswords={account.data?.openWays.includes('password') ?? true} />
  );
}

function ByPassword({ hasOther }: { hasOther: boolean }) {
  const form = useForm({ resolver, defaultValues: { password: '' } });
  const { errors } = form.formState;
  const confirm = useMutation(
    trpc.sessions.confirm.mutationOptions({
      gcTime: 0,
      onSuccess: () => signInAgain.answer(true),
      onError: (error) => showProblem(error, ['password'], form.setError),
    }),
  );
  return (
    <FormDialog
      {...frame}
      description="You signed in a while ago. Enter your password, and what you just did goes on."
      onSubmit={form.handleSubmit((input) => confirm.mutate(input))}
      submitLabel="Confirm"
      pendingLabel="Confirming…"
      pending={confirm.isPending}
      problem={errors.root?.['refused']?.message}
    >
      <PasswordField
        data-first-focus
        label="Your password"
        autoComplete="current-password"
        error={errors.password?.message}
        {...form.register('password')}
      />
      {hasOther && (
        <p className="text-sm text-muted">
          No password at hand?{' '}
          <a
            href={signInAgainAddress()}
            className="rounded-tag font-medium text-accent-ink underline underline-offset-2"
          >
            Sign in another way
          </a>
          . What you entered here is then lost.
        </p>
      )}
    </FormDialog>
  );
}

function ByOtherWay({ hasOther, hasPasswords }: { hasOther: boolean; hasPasswords: boolean }) {
  return (
    <Dialog
      {...frame}
      description={`You signed in a while ago${hasPasswords ? ', and you have no password here' : ''}.`}
    >
      <DialogBody>
        {hasOther ? (
          <p>Sign in again, and you come back to this page. What you entered here is then lost.</p>
        ) : (
          <Alert variant="info">Ask an admin for a link by which you choose a password.</Alert>
        )}
      </DialogBody>
      <DialogFooter>
        <Button onClick={cancel}>Cancel</Button>
        {hasOther && (
          <a data-first-focus href={signInAgainAddress()} className={buttonClass({ variant: 'primary' })}>
            Sign in again
          </a>
        )}
      </DialogFooter>
    </Dialog>
  );
}
