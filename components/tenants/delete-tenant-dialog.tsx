'use client';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { TextField } from '#components/ui/field.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { toast } from '#components/ui/toast.ts';
import type { TenantDialogProps } from './rename-tenant-dialog.tsx';
import { useRefreshTenants } from './use-tenants.ts';

export function DeleteTenantDialog({ tenant, ...dialog }: TenantDialogProps) {
  const form = useForm({ defaultValues: { confirm: '' } });
  const { errors } = form.formState;
  const refresh = useRefreshTenants();
  const remove = useMutation(
    trpc.tenants.delete.mutationOptions({
      onSuccess({ id, name }) {
        toast({ title: `${name} is deleted`, detail: 'It can be restored for 30 days.', about: id });
        dialog.onClose();
        return refresh();
      },
      onError: (error) => showProblem(error, ['confirm'], form.setError),
    }),
  );
  return (
    <FormDialog
      {...dialog}
      title={`Delete ${tenant.name}?`}
      description="It is suspended at once. For 30 days you can restore it; then all of it is erased but the audit log."
      onSubmit={form.handleSubmit(({ confirm }) => remove.mutate({ id: tenant.id, confirm }))}
      submitLabel="Delete tenant"
      pendingLabel="Deleting…"
      pending={remove.isPending}
      variant="danger"
      problem={errors.root?.['refused']?.message}
    >
      <TextField
        data-first-focus
        label={`Type ${tenant.slug} to confirm`}
        autoComplete="off"
        spellCheck={false}
        className="font-mono"
        error={errors.confirm?.message}
        {...form.register('confirm')}
      />
    </FormDialog>
  );
}
