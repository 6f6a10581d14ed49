'use client';
import { useMutation } from '@tanstack/react-query';
import { useForm, useWatch } from 'react-hook-form';
import { lazyResolver } from '#components/api/lazy-resolver.ts';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { useWays } from '#components/sessions/use-ways.ts';
import { LengthHint } from '#components/setup/length-hint.tsx';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { TextField } from '#components/ui/field.tsx';
import { PasswordField } from '#components/ui/password-field.tsx';
import type { AcceptInviteInput } from '#server/people/users/schema.ts';
import { JoinWithoutPassword } from './join-without-password.tsx';
import { forgetLinkCode } from './link-code.ts';
import { isLinkEnded, LinkEnded } from './link-ended.tsx';
import { FormSkeleton, type LinkHolder, LinkGate } from './link-gate.tsx';

const resolver = lazyResolver<AcceptInviteInput>(async () => ({
  resolver: (await import('./link-resolvers.ts')).acceptResolver,
}));

export function AcceptInvite() {
  const { data, isPending } = useWays();
  return (
    <LinkGate purpose="invite">
      {(holder) => {
        if (isPending) return <FormSkeleton />;
        return data && !data.ways.includes('password') ? (
          <JoinWithoutPassword holder={holder} ways={data} />
        ) : (
          <AcceptForm {...holder} />
        );
      }}
    </LinkGate>
  );
}

function AcceptForm({ code, name, email }: LinkHolder) {
  const form = useForm<AcceptInviteInput>({ resolver, defaultValues: { code, name, password: '' } });
  const password = useWatch({ control: form.control, name: 'password' });
  const { errors } = form.formState;
  const accept = useMutation(
    trpc.users.acceptInvite.mutationOptions({
      gcTime: 0,
      onSuccess() {
        forgetLinkCode();
        window.location.replace('/dashboard');
      },
      onError(error) {
        if (isLinkEnded(error)) forgetLinkCode();
        showProblem(error, ['name', 'password'], form.setError);
      },
    }),
  );
  if (isLinkEnded(accept.error)) return <LinkEnded error={accept.error} />;
  return (
    <form
      method="post"
      noValidate
      onSubmit={(event) => void form.handleSubmit((input) => accept.mutate(input))(event)}
      className="grid gap-4"
    >
      <TextField label="E-mail" type="email" autoComplete="username" readOnly value={email} />
      <TextField label="Name" autoComplete="name" error={errors.name?.message} {...form.register('name')} />
      <PasswordField
        label="Password"
        autoComplete="new-password"
        autoFocus
        error={errors.password?.message}
        hint={<LengthHint password={password} />}
        keepHint
        {...form.register('password')}
      />
      {errors.root?.['refused'] && <Alert variant="danger">{errors.root['refused'].message}</Alert>}
      <Button
        type="submit"
        variant="primary"
        size="lg"
        pending={accept.isPending || accept.isSuccess}
        pendingLabel="Joining…"
      >
        Join
      </Button>
    </form>
  );
}
