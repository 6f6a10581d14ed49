'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { showProblem } from '#components/api/show-problem.ts';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { ReasonField } from '#components/ui/reason-field.tsx';
import { revokeTokenInput } from '#server/credentials/tokens/schema.ts';
import type { TokenDialogProps } from './rename-dialog.tsx';
import { useRevokeToken } from './use-token-changes.ts';

const resolver = zodResolver(
  z.object({ reason: z.union([z.string().trim().length(0), revokeTokenInput.shape.reason.unwrap()]) }),
);

function usesWords(count: number): string {
  if (count === 0) return 'Never used';
  return count === 1 ? 'Used once' : `Used ${count.toLocaleString('en-GB')} times`;
}

interface RevokeDialogProps extends TokenDialogProps {
  onRevoked: () => void;
}

export function RevokeDialog({ token, onRevoked, ...dialog }: RevokeDialogProps) {
  const form = useForm({ resolver, defaultValues: { reason: '' } });
  const revoke = useRevokeToken(onRevoked);
  const { errors } = form.formState;

  const submit = form.handleSubmit(({ reason }) =>
    revoke.mutate(
      { id: token.id, ...(reason && { reason }) },
      { onError: (error) => showProblem(error, ['reason'], form.setError) },
    ),
  );
  return (
    <FormDialog
      {...dialog}
      title={`Revoke ${token.name}?`}
      description="Whatever uses this token stops working with its next call. This cannot be undone."
      onSubmit={submit}
      submitLabel="Revoke token"
      pendingLabel="Revoking…"
      pending={revoke.isPending}
      variant="danger"
      problem={errors.root?.['refused']?.message}
    >
      <p className="flex items-center justify-between gap-3 rounded-control bg-sunken px-3 py-2 text-sm text-muted">
        <code className="truncate font-mono text-xs">{token.prefix}…</code>
        {usesWords(token.useCount)}
      </p>
      <ReasonField
        placeholder="Laptop was lost"
        hint="Kept with the token and in the audit log."
        error={errors.reason?.message}
        {...form.register('reason')}
      />
    </FormDialog>
  );
}
