'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { TextField } from '#components/ui/field.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { toast } from '#components/ui/toast.ts';
import { createTenantInput, type TenantView } from '#server/people/tenants/schema.ts';
import { useRefreshTenants } from './use-tenants.ts';

export interface TenantDialogProps {
  tenant: TenantView;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

const resolver = zodResolver(createTenantInput.pick({ name: true }));

export function RenameTenantDialog({ tenant, ...dialog }: TenantDialogProps) {
  const form = useForm({ resolver, defaultValues: { name: tenant.name } });
  const { errors } = form.formState;
  const refresh = useRefreshTenants();
  const update = useMutation(
    trpc.tenants.update.mutationOptions({
      onSuccess({ id, name }) {
        toast({ title: `Renamed to ${name}`, about: id });
        dialog.onClose();
        return refresh();
      },
      onError: (error) => showProblem(error, ['name'], form.setError),
    }),
  );
  return (
    <FormDialog
      {...dialog}
      title={`Rename ${tenant.name}`}
      onSubmit={form.handleSubmit(({ name }) => update.mutate({ id: tenant.id, name }))}
      submitLabel="Rename"
      pendingLabel="Renaming…"
      pending={update.isPending}
      problem={errors.root?.['refused']?.message}
    >
      <TextField
        data-first-focus
        label="Name"
        autoComplete="off"
        error={errors.name?.message}
        {...form.register('name')}
      />
    </FormDialog>
  );
}
