'use client';
import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { showProblem } from '#components/api/show-problem.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '#components/ui/dialog.tsx';
import { TextField } from '#components/ui/field.tsx';
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

export function RevokeDialog({
  token,
  returnTo,
  onClose,
  onRevoked,
}: TokenDialogProps & { onRevoked: () => void }) {
  const { register, handleSubmit, setError, formState } = useForm({
    resolver,
    defaultValues: { reason: '' },
  });
  const revoke = useRevokeToken(onRevoked);
  const { errors } = formState;

  const submit = handleSubmit(({ reason }) =>
    revoke.mutate(
      { id: token.id, ...(reason && { reason }) },
      { onError: (error) => showProblem(error, ['reason'], setError) },
    ),
  );
  return (
    <Dialog
      title={`Revoke ${token.name}?`}
      description="Whatever uses this token stops working with its next call. This cannot be undone."
      onClose={onClose}
      returnTo={returnTo}
    >
      <form noValidate className="contents" onSubmit={(event) => void submit(event)}>
        <DialogBody>
          <p className="flex items-center justify-between gap-3 rounded-control bg-sunken px-3 py-2 text-sm text-muted">
            <code className="truncate font-mono text-xs">{token.prefix}…</code>
            {usesWords(token.useCount)}
          </p>
          <TextField
            data-first-focus
            label="Reason"
            optional
            placeholder="Laptop was lost"
            hint="Kept with the token and in the audit log."
            autoComplete="off"
            maxLength={500}
            error={errors.reason?.message}
            {...register('reason')}
          />
          {errors.root?.['refused'] && <Alert variant="danger">{errors.root['refused'].message}</Alert>}
        </DialogBody>
        <DialogFooter>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="danger" pending={revoke.isPending} pendingLabel="Revoking…">
            Revoke token
          </Button>
        </DialogFooter>
      </form>
    </Dialog>
  );
}
