'use client';
import { useMutation } from '@tanstack/react-query';
import { announceSignOut, setSigningOut } from '#components/api/leave-to-sign-in.ts';
import { toastProblem } from '#components/api/toast-problem.ts';
import { trpc } from '#components/api/trpc.ts';

/** Ends the session. The page is loaded anew, so that nothing of the person stays in memory. */
export function useSignOut() {
  const { mutate } = useMutation(
    trpc.sessions.logout.mutationOptions({
      onMutate: () => setSigningOut(true),
      onSuccess() {
        announceSignOut();
        window.location.replace('/login');
      },
      onError(error) {
        setSigningOut(false);
        toastProblem(error, { title: 'Not signed out' });
      },
    }),
  );
  return () => mutate();
}
