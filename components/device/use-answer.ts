'use client';
import { useMutation } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';

/** Answers the machine that shows a code. */
export function useAnswer(userCode: string) {
  const gcTime = 0;
  const approve = useMutation({ gcTime, mutationFn: () => trpcClient.device.approve.mutate({ userCode }) });
  const deny = useMutation({ gcTime, mutationFn: () => trpcClient.device.deny.mutate({ userCode }) });
  return { approve, deny, error: approve.error ?? deny.error };
}
