'use client';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { lazyResolver } from '#components/api/lazy-resolver.ts';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { Button } from '#components/ui/button.tsx';
import { TextField } from '#components/ui/field.tsx';
import { toast } from '#components/ui/toast.ts';
import type { ProfileView } from '#server/core/access/schema.ts';
import type { UpdateAccountInput } from '#server/people/account/schema.ts';
import { useRefreshAccount } from './use-account.ts';

const resolver = lazyResolver<UpdateAccountInput>(async () => ({
  resolver: (await import('./account-resolvers.ts')).nameResolver,
}));

export function NameForm({ user }: { user: ProfileView }) {
  const refresh = useRefreshAccount();
  const form = useForm<UpdateAccountInput>({ resolver, defaultValues: { name: user.name } });
  const { errors, isDirty } = form.formState;
  const update = useMutation(
    trpc.account.update.mutationOptions({
      onSuccess(account) {
        form.reset({ name: account.user.name });
        toast({ title: 'Your name is saved', about: 'account-name' });
        return refresh();
      },
      onError: (error) => showProblem(error, ['name'], form.setError),
    }),
  );
  return (
    <form
      noValidate
      className="grid gap-4"
      onSubmit={(event) => void form.handleSubmit((input) => update.mutate(input))(event)}
    >
      <TextField
        label="Name"
        autoComplete="name"
        error={errors.name?.message ?? errors.root?.['refused']?.message}
        {...form.register('name')}
      />
      <p className="text-sm text-muted">
        {user.email} · <span className="capitalize">{user.role}</span>
      </p>
      <div>
        <Button
          type="submit"
          variant="primary"
          disabled={!isDirty}
          pending={update.isPending}
          pendingLabel="Saving…"
        >
          Save name
        </Button>
      </div>
    </form>
  );
}
