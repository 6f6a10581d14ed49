'use client';
import { useMutation } from '@tanstack/react-query';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '#components/ui/dialog.tsx';
import type { UserDialogProps } from './edit-dialog.tsx';
import type { MadeLink } from './link-dialog.tsx';
import { useRefreshUsers } from './use-user-changes.ts';

const words = {
  reset: {
    title: (name: string) => `Make a reset link for ${name}?`,
    description: 'With it they choose a new password. Their present one works until they do.',
    button: 'Make reset link',
  },
  invite: {
    title: (name: string) => `Invite ${name} again?`,
    description: 'You get a new link by which they sign in. The one before stops working.',
    button: 'Make invite link',
  },
};

interface MakeLinkDialogProps extends UserDialogProps {
  kind: MadeLink['kind'];
  onMade: (link: MadeLink) => void;
}

export function MakeLinkDialog({ user, kind, returnTo, onClose, onMade }: MakeLinkDialogProps) {
  const { id, name, email } = user;
  const refresh = useRefreshUsers();
  const made = (url: string, mailed: boolean) => {
    onMade({ kind, name, email, url, mailed });
    return refresh();
  };
  const reset = useMutation(
    trpc.users.resetPassword.mutationOptions({
      gcTime: 0,
      onSuccess: ({ resetUrl, mailed }) => made(resetUrl, mailed),
    }),
  );
  const invite = useMutation(
    trpc.users.invite.mutationOptions({
      gcTime: 0,
      onSuccess: ({ inviteUrl, mailed }) => made(inviteUrl, mailed),
    }),
  );
  const { isPending, isError, error, mutate } = kind === 'reset' ? reset : invite;
  const { title, description, button } = words[kind];
  return (
    <Dialog
      title={title(name)}
      description={description}
      onClose={onClose}
      returnTo={returnTo}
      pending={isPending}
    >
      {isError ? (
        <DialogBody>
          <Alert variant="danger">{sentenceOf(problemOf(error))}</Alert>
        </DialogBody>
      ) : (
        <div className="h-4" />
      )}
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          data-first-focus
          variant="primary"
          pending={isPending}
          pendingLabel="Making…"
          onClick={() => mutate({ id })}
        >
          {button}
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
