'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { EmailField } from '#components/sessions/email-field.tsx';
import { TextField } from '#components/ui/field.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { toast } from '#components/ui/toast.ts';
import type { MadeLink } from '#components/users/link-dialog.tsx';
import { createTenantInput } from '#server/people/tenants/schema.ts';
import { useRefreshTenants } from './use-tenants.ts';

const resolver = zodResolver(createTenantInput.required());

interface NewTenantDialogProps {
  returnTo: () => HTMLElement | null;
  onClose: () => void;
  onInvited: (link: MadeLink) => void;
}

/** A tenant and its first admin, who gets a link: without one it would be a house that is locked. */
export function NewTenantDialog({ onInvited, ...dialog }: NewTenantDialogProps) {
  const form = useForm({ resolver, defaultValues: { name: '', slug: '', admin: { name: '', email: '' } } });
  const { errors } = form.formState;
  const refresh = useRefreshTenants();
  const create = useMutation(
    trpc.tenants.create.mutationOptions({
      gcTime: 0,
      onSuccess({ tenant, inviteUrl: url }, { admin }) {
        toast({ title: `${tenant.name} was added`, about: tenant.id });
        if (url && admin) onInvited({ kind: 'invite', ...admin, url, mailed: false });
        else dialog.onClose();
        return refresh();
      },
      onError: (error) => showProblem(error, ['name', 'slug', 'admin.name', 'admin.email'], form.setError),
    }),
  );
  return (
    <FormDialog
      {...dialog}
      title="New tenant"
      description="A wall of its own around its users, credentials and audit log."
      onSubmit={form.handleSubmit((input) => create.mutate(input))}
      submitLabel="Create tenant"
      pendingLabel="Creating…"
      pending={create.isPending}
      problem={errors.root?.['refused']?.message}
    >
      <TextField
        data-first-focus
        label="Name"
        placeholder="Acme Ltd"
        autoComplete="off"
        error={errors.name?.message}
        {...form.register('name')}
      />
      <TextField
        label="Short name"
        placeholder="acme"
        autoComplete="off"
        spellCheck={false}
        hint="Lower-case letters, digits and hyphens. It stays as it is."
        error={errors.slug?.message}
        {...form.register('slug')}
      />
      <TextField
        label="First admin"
        placeholder="Grace Hopper"
        autoComplete="off"
        error={errors.admin?.name?.message}
        {...form.register('admin.name')}
      />
      <EmailField
        autoComplete="off"
        hint="You get an invite link for them. It works once, for 24 hours."
        error={errors.admin?.email?.message}
        {...form.register('admin.email')}
      />
    </FormDialog>
  );
}
