'use client';
import { useMutation } from '@tanstack/react-query';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { Alert } from '#components/ui/alert.tsx';
import { DangerFoot } from '#components/ui/danger-foot.tsx';
import { Dialog, DialogBody } from '#components/ui/dialog.tsx';
import { toast } from '#components/ui/toast.ts';
import { CutOff } from './cut-off.tsx';
import type { UserDialogProps } from './edit-dialog.tsx';
import { useRefreshUsers } from './use-user-changes.ts';

export function DeleteDialog({
  user,
  returnTo,
  onClose,
  onDeleted,
}: UserDialogProps & { onDeleted: () => void }) {
  const refresh = useRefreshUsers();
  const remove = useMutation(
    trpc.users.delete.mutationOptions({
      onSuccess() {
        toast({
          title: `${user.name} is deleted`,
          detail: `${user.email} is free again.`,
          about: user.id,
        });
        onDeleted();
        return refresh();
      },
    }),
  );
  return (
    <Dialog
      title={`Delete ${user.name}?`}
      description="Their tokens are revoked for good and their e-mail address becomes free. What they did stays in the audit log. This cannot be undone."
      onClose={onClose}
      returnTo={returnTo}
      pending={remove.isPending}
    >
      <DialogBody>
        <CutOff id={user.id} />
        {remove.isError && <Alert variant="danger">{sentenceOf(problemOf(remove.error))}</Alert>}
      </DialogBody>
      <DangerFoot
        busy={remove.isPending}
        busyLabel="Deleting…"
        onCancel={onClose}
        onConfirm={() => remove.mutate({ id: user.id })}
      >
        Delete person
      </DangerFoot>
    </Dialog>
  );
}
