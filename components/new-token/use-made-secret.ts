'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useSecretOnce } from './use-secret-once.ts';

interface MadeSecretOptions<Input, Made> {
  make: (input: Input) => Promise<Made>;
  /** What shows it, to be looked at again. */
  queryKey: readonly string[];
  onClose: () => void;
}

/**
 * Makes something with a secret. The mutation alone holds the secret: with no time in the cache, and reset on closing, it
 * is gone from memory when the dialog is.
 */
export function useMadeSecret<Input, Made>({ make, queryKey, onClose }: MadeSecretOptions<Input, Made>) {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: make,
    gcTime: 0,
    onSuccess: () => void client.invalidateQueries({ queryKey }),
  });
  const secret = useSecretOnce({
    isMade: mutation.data !== undefined,
    onClose() {
      mutation.reset();
      onClose();
    },
  });
  function send(input: Input, showRefused: (error: unknown) => void) {
    secret.block();
    mutation.mutate(input, {
      onError(error) {
        secret.onRefused(error);
        showRefused(error);
      },
    });
  }
  return {
    made: mutation.data,
    isPending: mutation.isPending,
    send,
    close: secret.close,
    secretDialog: secret.secretDialog,
  };
}
