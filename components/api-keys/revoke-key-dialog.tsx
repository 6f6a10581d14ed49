'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { ReasonField } from '#components/ui/reason-field.tsx';
import { toast } from '#components/ui/toast.ts';
import { revokeKeyInput } from '#server/credentials/api-keys/schema.ts';
import type { KeyDialogProps } from './edit-key-dialog.tsx';
import { lastUseWords } from './last-use-words.ts';
import { useRefreshKeys } from './use-key-changes.ts';

const resolver = zodResolver(
  z.object({ reason: z.union([z.string().trim().length(0), revokeKeyInput.shape.reason.unwrap()]) }),
);

export function RevokeKeyDialog({ item, onClose, ...dialog }: KeyDialogProps) {
  const form = useForm({ resolver, defaultValues: { reason: '' } });
  const { errors } = form.formState;
  const refresh = useRefreshKeys();
  const revoke = useMutation(
    trpc.keys.revoke.mutationOptions({
      onSuccess({ id, name }) {
        toast({ title: `${name} is revoked`, detail: 'Its next call will be refused.', about: id });
        onClose();
        return refresh();
      },
      onError: (error) => showProblem(error, ['reason'], form.setError),
    }),
  );
  return (
    <FormDialog
      {...dialog}
      onClose={onClose}
      title={`Revoke ${item.name}?`}
      description="The service that uses this key stops working with its next call. This cannot be undone."
      onSubmit={form.handleSubmit(({ reason }) => revoke.mutate({ id: item.id, ...(reason && { reason }) }))}
      submitLabel="Revoke key"
      pendingLabel="Revoking…"
      pending={revoke.isPending}
      variant="danger"
      problem={errors.root?.['refused']?.message}
    >
      <p className="flex items-center justify-between gap-3 rounded-control bg-sunken px-3 py-2 text-sm text-muted">
        <code className="truncate font-mono text-xs">{item.prefix}…</code>
        {lastUseWords(item)}
      </p>
      <ReasonField
        placeholder="The service was retired"
        hint="Kept with the key and in the audit log."
        error={errors.reason?.message}
        {...form.register('reason')}
      />
    </FormDialog>
  );
}
