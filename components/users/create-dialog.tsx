'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm, useWatch } from 'react-hook-form';
import { z } from 'zod';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { EmailField } from '#components/sessions/email-field.tsx';
import { useHasPasswords, useWays } from '#components/sessions/use-ways.ts';
import { LengthHint } from '#components/setup/length-hint.tsx';
import { TextField } from '#components/ui/field.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { PasswordField } from '#components/ui/password-field.tsx';
import { SegmentedRadio } from '#components/ui/radio.tsx';
import { toast } from '#components/ui/toast.ts';
import { newPasswordSchema } from '#server/account-schema.ts';
import { createUserInput } from '#server/people/users/schema.ts';
import type { MadeLink } from './link-dialog.tsx';
import { RoleField } from './role-field.tsx';
import { useRefreshUsers } from './use-user-changes.ts';

const common = createUserInput.omit({ password: true });
const schema = z.discriminatedUnion('way', [
  common.extend({ way: z.literal('invite'), password: z.string() }),
  common.extend({ way: z.literal('password'), password: newPasswordSchema }),
]);
const resolver = zodResolver(schema);

interface CreateDialogProps {
  returnTo: () => HTMLElement | null;
  onClose: () => void;
  onInvited: (link: MadeLink) => void;
}

export function CreateDialog({ onInvited, ...dialog }: CreateDialogProps) {
  const form = useForm<z.input<typeof schema>, unknown, z.output<typeof schema>>({
    resolver,
    defaultValues: { name: '', email: '', role: 'member', way: 'invite', password: '' },
  });
  const [way, password] = useWatch({ control: form.control, name: ['way', 'password'] });
  const { errors } = form.formState;
  const hasPasswords = useHasPasswords();
  const issuerName = useWays().data?.issuerName;
  const refresh = useRefreshUsers();
  const create = useMutation(
    trpc.users.create.mutationOptions({
      gcTime: 0,
      onSuccess({ id, name, email, inviteUrl: url, mailed }) {
        if (url) onInvited({ kind: 'invite', name, email, url, mailed });
        else dialog.onClose();
        toast({ title: `${name} was added`, about: id });
        return refresh();
      },
      onError: (error) => showProblem(error, ['name', 'email', 'role', 'password'], form.setError),
    }),
  );
  const submit = form.handleSubmit(({ way, password, ...person }) =>
    create.mutate(way === 'password' ? { ...person, password } : person),
  );
  return (
    <FormDialog
      {...dialog}
      title="Add a person"
      onSubmit={submit}
      submitLabel={way === 'password' ? 'Add person' : 'Invite'}
      pendingLabel="Adding…"
      pending={create.isPending}
      problem={errors.root?.['refused']?.message}
    >
      <TextField
        data-first-focus
        label="Name"
        autoComplete="off"
        error={errors.name?.message}
        {...form.register('name')}
      />
      <EmailField autoComplete="off" error={errors.email?.message} {...form.register('email')} />
      <RoleField field={form.register('role')} error={errors.role?.message} />
      {hasPasswords && (
        <fieldset>
          <legend className="mb-2 font-medium">First sign-in</legend>
          <div className="grid grid-cols-2 gap-2">
            <SegmentedRadio value="invite" {...form.register('way')}>
              Invite link
            </SegmentedRadio>
            <SegmentedRadio value="password" {...form.register('way')}>
              Password
            </SegmentedRadio>
          </div>
        </fieldset>
      )}
      {way === 'password' ? (
        <PasswordField
          label="First password"
          autoComplete="new-password"
          error={errors.password?.message}
          hint={
            <>
              <LengthHint password={password} /> Works once, within 24 hours; they choose their own when they
              sign in.
            </>
          }
          keepHint
          {...form.register('password')}
        />
      ) : (
        <p className="text-sm text-muted">
          {hasPasswords
            ? 'You get a link for them to choose a password of their own.'
            : `You get an invite link for them. With it they sign in ${issuerName ? `with ${issuerName}` : 'by a link'}, using the email above.`}{' '}
          It works once, for 24 hours.
        </p>
      )}
    </FormDialog>
  );
}
