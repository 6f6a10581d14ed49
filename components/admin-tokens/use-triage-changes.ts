'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toastProblem } from '#components/api/toast-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { toast } from '#components/ui/toast.ts';
import type { BulkAction } from '#server/credentials/token-triage/schema.ts';
import { adminTokensKey } from './admin-tokens-key.ts';

const about = 'triage';
const doneWords: Record<BulkAction, string> = { revoke: 'revoked', disable: 'disabled', enable: 'enabled' };
const effects: Record<BulkAction, { one: string; many: string }> = {
  revoke: { one: 'Its next call will be refused.', many: 'Their next calls will be refused.' },
  disable: {
    one: 'Calls with it are refused until it is enabled.',
    many: 'Calls with them are refused until they are enabled.',
  },
  enable: { one: 'It works from now on.', many: 'They work from now on.' },
};
const opposite: Partial<Record<BulkAction, BulkAction>> = { disable: 'enable', enable: 'disable' };

export const tokensWords = (count: number) =>
  count === 1 ? '1 token' : `${count.toLocaleString('en-GB')} tokens`;

/** Revokes, disables or enables some tokens of anyone's: all of them or none. What can be undone offers it. */
export function useTriageChange() {
  const client = useQueryClient();
  const { mutate, mutateAsync, isPending } = useMutation(
    trpc.adminTokens.bulk.mutationOptions({
      onSuccess({ changed }, { action }) {
        const back = opposite[action];
        const effect = effects[action][changed.length === 1 ? 'one' : 'many'];
        toast({
          title:
            changed.length === 0
              ? 'Nothing to change'
              : `${tokensWords(changed.length)} ${doneWords[action]}`,
          ...(changed.length > 0 && { detail: effect }),
          ...(changed.length > 0 &&
            back && { act: { label: 'Undo', onPress: () => mutate({ ids: changed, action: back }) } }),
          about,
        });
      },
      onError: (error) => toastProblem(error, { about }),
      onSettled: () => client.invalidateQueries({ queryKey: adminTokensKey }),
    }),
  );
  return { change: mutate, changeAndWait: mutateAsync, isPending };
}
