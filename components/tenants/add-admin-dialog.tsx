'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { EmailField } from '#components/sessions/email-field.tsx';
import { TextField } from '#components/ui/field.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import type { MadeLink } from '#components/users/link-dialog.tsx';
import { addTenantAdminInput } from '#server/people/tenants/schema.ts';
import type { TenantDialogProps } from './rename-tenant-dialog.tsx';
import { useRefreshTenants } from './use-tenants.ts';

const resolver = zodResolver(addTenantAdminInput.omit({ id: true }));

interface AddAdminDialogProps extends TenantDialogProps {
  onInvited: (link: MadeLink) => void;
}

export function AddAdminDialog({ tenant, onInvited, ...dialog }: AddAdminDialogProps) {
  const form = useForm({ resolver, defaultValues: { name: '', email: '' } });
  const { errors } = form.formState;
  const refresh = useRefreshTenants();
  const add = useMutation(
    trpc.tenants.addAdmin.mutationOptions({
      gcTime: 0,
      onSuccess({ inviteUrl: url }, { name, email }) {
        onInvited({ kind: 'invite', name, email, url, mailed: false });
        return refresh();
      },
      onError: (error) => showProblem(error, ['name', 'email'], form.setError),
    }),
  );
  return (
    <FormDialog
      {...dialog}
      title={`Add an admin to ${tenant.name}`}
      description="You get an invite link for them. It works once, for 24 hours."
      onSubmit={form.handleSubmit((input) => add.mutate({ id: tenant.id, ...input }))}
      submitLabel="Invite"
      pendingLabel="Inviting…"
      pending={add.isPending}
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
    </FormDialog>
  );
}
