'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toastProblem } from '#components/api/toast-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { toast } from '#components/ui/toast.ts';
import { keysKey } from './keys-key.ts';

export function useRefreshKeys() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: keysKey });
}

export function useDisableKey() {
  const refresh = useRefreshKeys();
  return useMutation(
    trpc.keys.disable.mutationOptions({
      onSuccess: ({ id, name }) =>
        toast({
          title: `${name} is disabled`,
          detail: 'Calls with it are refused until it is enabled.',
          about: id,
        }),
      onError: (error, { id }) => toastProblem(error, { about: id }),
      onSettled: refresh,
    }),
  );
}

export function useEnableKey() {
  const refresh = useRefreshKeys();
  return useMutation(
    trpc.keys.enable.mutationOptions({
      onSuccess: ({ id, name }) =>
        toast({ title: `${name} is enabled`, detail: 'It works from now on.', about: id }),
      onError: (error, { id }) => toastProblem(error, { about: id }),
      onSettled: refresh,
    }),
  );
}

export function useEndKeyGrace() {
  const refresh = useRefreshKeys();
  return useMutation(
    trpc.keys.endGrace.mutationOptions({
      onSuccess: ({ id, name }) =>
        toast({
          title: `The old secret of ${name} has stopped`,
          detail: 'Only the new one works from now on.',
          about: id,
        }),
      onError: (error, { id }) => toastProblem(error, { about: id }),
      onSettled: refresh,
    }),
  );
}
