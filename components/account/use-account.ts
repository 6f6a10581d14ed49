'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { toastProblem } from '#components/api/toast-problem.ts';
import { trpc, trpcClient } from '#components/api/trpc.ts';
import { toast } from '#components/ui/toast.ts';
import { accountKey } from './account-key.ts';

export const useAccount = () =>
  useQuery({
    queryKey: [...accountKey, 'own'],
    queryFn: ({ signal }) => trpcClient.account.get.query(undefined, { signal }),
  });

export const useOwnSessions = () =>
  useQuery({
    queryKey: [...accountKey, 'sessions'],
    queryFn: ({ signal }) => trpcClient.account.sessions.query(undefined, { signal }),
  });

/** Looks again at what a change may have changed: the account, and the name in the header. */
export function useRefreshAccount() {
  const client = useQueryClient();
  return async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: accountKey }),
      client.invalidateQueries({ queryKey: trpc.sessions.me.queryKey() }),
    ]);
  };
}

export function useRevokeSession() {
  const refresh = useRefreshAccount();
  return useMutation(
    trpc.account.revokeSession.mutationOptions({
      onSuccess: () => toast({ title: 'Signed out there' }),
      onError: (error) => toastProblem(error),
      onSettled: refresh,
    }),
  );
}

export function useRevokeOthers() {
  const refresh = useRefreshAccount();
  return useMutation(
    trpc.account.revokeOtherSessions.mutationOptions({
      onSuccess: ({ ended }) =>
        toast({
          title: ended === 1 ? 'Signed out in one other place' : `Signed out in ${ended} other places`,
        }),
      onError: (error) => toastProblem(error),
      onSettled: refresh,
    }),
  );
}

export function useUnlink() {
  const refresh = useRefreshAccount();
  return useMutation(
    trpc.account.unlink.mutationOptions({
      onSuccess: () => toast({ title: 'Unlinked' }),
      onError: (error) => toastProblem(error),
      onSettled: refresh,
    }),
  );
}

export function useLink() {
  return useMutation(
    trpc.oidc.link.mutationOptions({
      onSuccess: ({ url }) => window.location.assign(url),
      onError: (error) => toastProblem(error),
    }),
  );
}
