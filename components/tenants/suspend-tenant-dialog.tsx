'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { TextField } from '#components/ui/field.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { toast } from '#components/ui/toast.ts';
import { suspendTenantInput } from '#server/people/tenants/schema.ts';
import type { TenantDialogProps } from './rename-tenant-dialog.tsx';
import { useRefreshTenants } from './use-tenants.ts';

const resolver = zodResolver(suspendTenantInput.omit({ id: true }));

export function SuspendTenantDialog({ tenant, ...dialog }: TenantDialogProps) {
  const form = useForm({ resolver, defaultValues: { reason: '' } });
  const { errors } = form.formState;
  const refresh = useRefreshTenants();
  const suspend = useMutation(
    trpc.tenants.suspend.mutationOptions({
      onSuccess({ id, name }) {
        toast({
          title: `${name} is suspended`,
          detail: 'Everything of it is refused from now on.',
          about: id,
        });
        dialog.onClose();
        return refresh();
      },
      onError: (error) => showProblem(error, ['reason'], form.setError),
    }),
  );
  return (
    <FormDialog
      {...dialog}
      title={`Suspend ${tenant.name}?`}
      description="Its people are signed out and all its credentials are refused on their next request, until you resume it."
      onSubmit={form.handleSubmit(({ reason }) => suspend.mutate({ id: tenant.id, reason }))}
      submitLabel="Suspend tenant"
      pendingLabel="Suspending…"
      pending={suspend.isPending}
      variant="danger"
      problem={errors.root?.['refused']?.message}
    >
      <TextField
        data-first-focus
        label="Reason"
        placeholder="The contract ended"
        hint="Kept with the tenant and in the audit log."
        autoComplete="off"
        maxLength={500}
        error={errors.reason?.message}
        {...form.register('reason')}
      />
    </FormDialog>
  );
}
