'use client';
import { useMutation } from '@tanstack/react-query';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { toast } from '#components/ui/toast.ts';
import { CutOff } from './cut-off.tsx';
import type { UserDialogProps } from './edit-dialog.tsx';
import { useRefreshUsers } from './use-user-changes.ts';

interface DeleteDialogProps extends UserDialogProps {
  onDeleted: () => void;
}

export function DeleteDialog({ user, onDeleted, ...dialog }: DeleteDialogProps) {
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
    <FormDialog
      {...dialog}
      title={`Delete ${user.name}?`}
      description="Their tokens are revoked for good and their e-mail address becomes free. What they did stays in the audit log. This cannot be undone."
      onSubmit={() => remove.mutate({ id: user.id })}
      submitLabel="Delete person"
      pendingLabel="Deleting…"
      pending={remove.isPending}
      variant="danger"
      problem={remove.error && sentenceOf(problemOf(remove.error))}
    >
      <CutOff id={user.id} />
    </FormDialog>
  );
}
