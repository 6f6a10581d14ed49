'use client';
import { useMutation } from '@tanstack/react-query';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { FormDialog } from '#components/ui/form-dialog.tsx';
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

export function MakeLinkDialog({ user, kind, onMade, ...dialog }: MakeLinkDialogProps) {
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
  const { isPending, error, mutate } = kind === 'reset' ? reset : invite;
  const { title, description, button } = words[kind];
  return (
    <FormDialog
      {...dialog}
      title={title(name)}
      description={description}
      onSubmit={() => mutate({ id })}
      submitLabel={button}
      pendingLabel="Making…"
      pending={isPending}
      problem={error && sentenceOf(problemOf(error))}
    />
  );
}
