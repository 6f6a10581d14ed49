'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toastProblem } from '#components/api/toast-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { useHasPasswords } from '#components/sessions/use-ways.ts';
import { toast } from '#components/ui/toast.ts';
import type { HoldingsView, UserView } from '#server/people/users/schema.ts';
import { usersKey } from './users-key.ts';

/** Looks again at everything that is shown of people. */
export function useRefreshUsers() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: usersKey });
}

const counted = (count: number, one: string) => (count === 1 ? `1 ${one}` : `${count} ${one}s`);

/** "2 sessions, 5 tokens", or null for nothing. */
export function holdingWords({ sessions, tokens, agents }: HoldingsView['counts']): string | null {
  const parts = [
    sessions > 0 && counted(sessions, 'session'),
    tokens > 0 && counted(tokens, 'token'),
    agents > 0 && counted(agents, 'agent'),
  ].filter((part) => part !== false);
  return parts.length > 0 ? parts.join(', ') : null;
}

/** Links ended when the person was deactivated: for whoever had no password yet, a new one is offered. */
export function useActivate(onAsk: (question: 'invite' | 'reset', user: UserView) => void) {
  const refresh = useRefreshUsers();
  const hasPasswords = useHasPasswords();
  return useMutation(
    trpc.users.activate.mutationOptions({
      onSuccess(user) {
        const { id, name, isInvited } = user;
        const needsLink = hasPasswords && user.needsLink;
        const link = isInvited ? 'invite' : 'reset';
        toast({
          title: `${name} is active`,
          detail: needsLink
            ? `They have no password: to sign in with one they need ${link === 'invite' ? 'an invite' : 'a reset link'}.`
            : 'What was not revoked works again.',
          ...(needsLink && {
            act: {
              label: link === 'invite' ? 'Invite again…' : 'Reset link…',
              onPress: () => onAsk(link, user),
            },
          }),
          about: id,
        });
      },
      onError: (error, { id }) => toastProblem(error, { about: id }),
      onSettled: refresh,
    }),
  );
}

export function useRevokeSessions() {
  const refresh = useRefreshUsers();
  return useMutation(
    trpc.users.revokeSessions.mutationOptions({
      onSuccess: ({ revoked }, { id }) => toast({ title: `${counted(revoked, 'session')} ended`, about: id }),
      onError: (error, { id }) => toastProblem(error, { about: id }),
      onSettled: refresh,
    }),
  );
}

export function useRevokeUserSession() {
  const refresh = useRefreshUsers();
  return useMutation(
    trpc.users.revokeSession.mutationOptions({
      onSuccess: (_, { id }) => toast({ title: 'Signed out there', about: id }),
      onError: (error, { id }) => toastProblem(error, { about: id }),
      onSettled: refresh,
    }),
  );
}
