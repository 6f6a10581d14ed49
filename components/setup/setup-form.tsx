'use client';
import { useMutation } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { useForm, useWatch } from 'react-hook-form';
import { lazyResolver } from '#components/api/lazy-resolver.ts';
import { problemOf } from '#components/api/problem.ts';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { EmailField } from '#components/sessions/email-field.tsx';
import { useWays } from '#components/sessions/use-ways.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { TextField } from '#components/ui/field.tsx';
import { PasswordField } from '#components/ui/password-field.tsx';
import type { WaysView } from '#server/core/sessions/schema.ts';
import type { CompleteSetupInput } from '#server/people/first-admin/schema.ts';
import { LengthHint } from './length-hint.tsx';
import { forgetSetupCode, setupCode } from './setup-code.ts';

const resolver = lazyResolver<CompleteSetupInput>(() => import('./setup-resolver.ts'));
const never = () => () => {};

export function SetupForm() {
  const code = useSyncExternalStore(never, setupCode, () => undefined);
  const ways = useWays();
  if (code === undefined || (code !== null && ways.isPending)) return <div className="h-90" />;
  return code === null ? <NoCode /> : <AdminForm code={code} ways={ways.data ?? null} />;
}

function NoCode() {
  return (
    <Alert variant="info">
      <p className="font-medium text-ink">This page needs its code.</p>
      <p className="mt-1">
        When Keyward started, it printed an address that ends in{' '}
        <code className="font-mono">/setup?code=…</code>. Open that address. If it is lost, restart the
        server: it prints a new one.
      </p>
    </Alert>
  );
}

/** `ways`: null where they are not known; then the form has a password, as usual. */
function AdminForm({ code, ways }: { code: string; ways: WaysView | null }) {
  const hasPasswords = ways?.ways.includes('password') ?? true;
  const form = useForm<CompleteSetupInput>({
    resolver,
    defaultValues: { code, name: '', email: '', ...(hasPasswords && { password: '' }) },
  });
  const password = useWatch({ control: form.control, name: 'password' }) ?? '';
  const { errors } = form.formState;
  const complete = useMutation(
    trpc.setup.complete.mutationOptions({
      onSuccess() {
        forgetSetupCode();
        window.location.replace('/dashboard');
      },
      onError(error) {
        if (problemOf(error).code === 'code_invalid') forgetSetupCode();
        showProblem(error, ['name', 'email', 'password'], form.setError);
      },
    }),
  );

  return (
    <form
      method="post"
      noValidate
      onSubmit={(event) => void form.handleSubmit((input) => complete.mutate(input))(event)}
      className="grid gap-4"
    >
      <TextField
        label="Name"
        autoComplete="name"
        autoFocus
        error={errors.name?.message}
        {...form.register('name')}
      />
      <EmailField error={errors.email?.message} {...form.register('email')} />
      {hasPasswords ? (
        <PasswordField
          label="Password"
          autoComplete="new-password"
          error={errors.password?.message}
          hint={<LengthHint password={password} />}
          keepHint
          {...form.register('password')}
        />
      ) : (
        <p className="text-sm text-muted">
          Passwords are off. From the next time on you sign in{' '}
          {ways?.issuerName
            ? `with ${ways.issuerName}, using the email that you have there`
            : 'by a link sent to this email'}
          .
        </p>
      )}
      {errors.root?.['refused'] && <Alert variant="danger">{errors.root['refused'].message}</Alert>}
      {errors.code && <Alert variant="danger">{errors.code.message}</Alert>}
      <Button
        type="submit"
        variant="primary"
        size="lg"
        pending={complete.isPending || complete.isSuccess}
        pendingLabel="Creating…"
      >
        Create the first admin
      </Button>
    </form>
  );
}
