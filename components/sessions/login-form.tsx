'use client';
import { useMutation } from '@tanstack/react-query';
import { Mail } from 'lucide-react';
import { useForm } from 'react-hook-form';
import { lazyResolver } from '#components/api/lazy-resolver.ts';
import { problemOf } from '#components/api/problem.ts';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { PasswordField } from '#components/ui/password-field.tsx';
import type { LoginInput } from '#server/core/sessions/schema.ts';
import { EmailField } from './email-field.tsx';
import { goOn } from './go-on.ts';

const resolver = lazyResolver<LoginInput>(() => import('./login-resolver.ts'));

interface LoginFormProps {
  /** Mails a link to whoever is named in the form; null where that is no way in. */
  onMagic: ((email: string) => void) | null;
  isMailing: boolean;
}

export function LoginForm({ onMagic, isMailing }: LoginFormProps) {
  const form = useForm<LoginInput>({ resolver, defaultValues: { email: '', password: '' } });
  const { errors } = form.formState;
  const login = useMutation(
    trpc.sessions.login.mutationOptions({
      onSuccess: () => goOn(),
      onError(error) {
        const { resetUrl } = problemOf(error);
        // An admin chose the password: its owner chooses another first, on a page that ends with signing in.
        if (resetUrl) window.location.assign(resetUrl);
        else showProblem(error, ['email', 'password'], form.setError);
      },
    }),
  );

  function mailLink() {
    const email = form.getValues('email').trim();
    if (email) return onMagic?.(email);
    form.setError('email', { message: 'Enter your e-mail address.' });
    form.setFocus('email');
  }

  return (
    // Sent before the script is there, a form would put the password into the address; `post` keeps it out.
    <form
      method="post"
      noValidate
      onSubmit={(event) => void form.handleSubmit((input) => login.mutate(input))(event)}
      className="grid gap-4"
    >
      <EmailField autoFocus error={errors.email?.message} {...form.register('email')} />
      <PasswordField
        label="Password"
        autoComplete="current-password"
        error={errors.password?.message}
        {...form.register('password')}
      />
      {errors.root?.['refused'] && <Alert variant="danger">{errors.root['refused'].message}</Alert>}
      <Button
        type="submit"
        variant="primary"
        size="lg"
        pending={login.isPending || login.isSuccess}
        pendingLabel="Signing in…"
      >
        Sign in
      </Button>
      {onMagic && (
        <Button size="lg" pending={isMailing} pendingLabel="Mailing…" onClick={mailLink}>
          <Mail aria-hidden />
          Mail me a link instead
        </Button>
      )}
    </form>
  );
}
