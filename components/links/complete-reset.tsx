'use client';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import { lazyResolver } from '#components/api/lazy-resolver.ts';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { LengthHint } from '#components/setup/length-hint.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Button, buttonClass } from '#components/ui/button.tsx';
import { TextField } from '#components/ui/field.tsx';
import { PasswordField } from '#components/ui/password-field.tsx';
import type { CompleteResetInput } from '#server/people/users/schema.ts';
import { forgetLinkCode } from './link-code.ts';
import { isLinkEnded, LinkEnded } from './link-ended.tsx';
import { type LinkHolder, LinkGate } from './link-gate.tsx';

const resolver = lazyResolver<CompleteResetInput>(async () => ({
  resolver: (await import('./link-resolvers.ts')).resetResolver,
}));

export function CompleteReset() {
  const [isDone, setIsDone] = useState(false);
  if (isDone) return <Done />;
  return (
    <LinkGate purpose="reset">
      {(holder) => <ResetForm {...holder} onDone={() => setIsDone(true)} />}
    </LinkGate>
  );
}

function Done() {
  return (
    <div role="status" className="grid gap-4">
      <p className="text-muted">
        Your new password works from now on. Wherever you were signed in, you are signed out.
      </p>
      <a href="/login" className={buttonClass({ variant: 'primary', size: 'lg' })}>
        Sign in
      </a>
    </div>
  );
}

function ResetForm({ code, email, onDone }: LinkHolder & { onDone: () => void }) {
  const form = useForm<CompleteResetInput>({ resolver, defaultValues: { code, password: '' } });
  const password = useWatch({ control: form.control, name: 'password' });
  const { errors } = form.formState;
  const complete = useMutation(
    trpc.users.completeReset.mutationOptions({
      gcTime: 0,
      onSuccess() {
        forgetLinkCode();
        onDone();
      },
      onError(error) {
        if (isLinkEnded(error)) forgetLinkCode();
        showProblem(error, ['password'], form.setError);
      },
    }),
  );
  if (isLinkEnded(complete.error)) return <LinkEnded error={complete.error} />;
  return (
    <form
      method="post"
      noValidate
      onSubmit={(event) => void form.handleSubmit((input) => complete.mutate(input))(event)}
      className="grid gap-4"
    >
      <TextField label="E-mail" type="email" autoComplete="username" readOnly value={email} />
      <PasswordField
        label="New password"
        autoComplete="new-password"
        autoFocus
        error={errors.password?.message}
        hint={<LengthHint password={password} />}
        keepHint
        {...form.register('password')}
      />
      {errors.root?.['refused'] && <Alert variant="danger">{errors.root['refused'].message}</Alert>}
      <Button type="submit" variant="primary" size="lg" pending={complete.isPending} pendingLabel="Changing…">
        Change password
      </Button>
    </form>
  );
}
