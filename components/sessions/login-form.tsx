'use client';
import { useMutation } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { useForm } from 'react-hook-form';
import { lazyResolver } from '#components/api/lazy-resolver.ts';
import { takeEndedNote } from '#components/api/leave-to-sign-in.ts';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { TextField } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { PasswordField } from '#components/ui/password-field.tsx';
import type { LoginInput } from '#server/sessions/schema.ts';

const resolver = lazyResolver<LoginInput>(() => import('./login-resolver.ts'));

let note: boolean | undefined;
const wasSignedOut = () => (note ??= takeEndedNote());
const never = () => () => {};

/** Loads the page one came for anew, so that nothing typed here stays in memory. */
async function goOn() {
  const next = new URLSearchParams(window.location.search).get('next');
  const schema = await import('#server/access/schema.ts').catch(() => null);
  window.location.replace(schema ? schema.safeNext(next) : '/');
}

export function LoginForm() {
  const { register, handleSubmit, setError, formState } = useForm<LoginInput>({
    resolver,
    defaultValues: { email: '', password: '' },
  });
  const { errors } = formState;
  const isSignedOut = useSyncExternalStore(never, wasSignedOut, () => false);
  const login = useMutation(
    trpc.sessions.login.mutationOptions({
      onSuccess: goOn,
      onError: (error) => showProblem(error, ['email', 'password'], setError),
    }),
  );

  return (
    // Sent before the script is there, a form would put the password into the address; `post` keeps it out.
    <form
      method="post"
      noValidate
      onSubmit={(event) => void handleSubmit((input) => login.mutate(input))(event)}
      className="grid gap-4"
    >
      {isSignedOut && <Notice tone="info">You were signed out. Sign in to go on.</Notice>}
      <TextField
        label="E-mail"
        type="email"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        error={errors.email?.message}
        {...register('email')}
      />
      <PasswordField
        label="Password"
        autoComplete="current-password"
        error={errors.password?.message}
        {...register('password')}
      />
      {errors.root?.['refused'] && <Notice tone="danger">{errors.root['refused'].message}</Notice>}
      <Button
        type="submit"
        look="primary"
        size="lg"
        busy={login.isPending || login.isSuccess}
        busyLabel="Signing in…"
      >
        Sign in
      </Button>
    </form>
  );
}
