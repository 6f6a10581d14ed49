'use client';
import { type InfiniteData, type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { problemOf } from '#components/api/problem.ts';
import { replaceRow } from '#components/api/replace-row.ts';
import { toastProblem } from '#components/api/toast-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { toast } from '#components/ui/toast.ts';
import type { TokenPageView, TokenView } from '#server/credentials/tokens/schema.ts';
import { tokenListKey, tokensKey } from './tokens-key.ts';

type Pages = InfiniteData<TokenPageView, string | null>;
const replaceToken = (client: QueryClient, change: Partial<TokenView> & { id: string }) =>
  replaceRow<TokenView>(client, tokenListKey, change);

/** The token ended or went away while this page was open: there is nothing left to ask about it. */
const isStale = (error: unknown) => ['token_ended', 'not_found'].includes(problemOf(error).code);

/** Closes the dialog over a token that is no more, says so, and looks again at what there is. */
function leaveStale(client: QueryClient, onDone: () => void) {
  return (error: unknown, { id }: { id: string }) => {
    if (!isStale(error)) return undefined;
    onDone();
    toastProblem(error, { about: id });
    return client.invalidateQueries({ queryKey: tokensKey });
  };
}

/** Switching off and on is shown before the server has answered, and taken back if it refuses. */
export function useTokenSwitch() {
  const client = useQueryClient();
  return useMutation(
    trpc.tokens.update.mutationOptions({
      async onMutate({ id, enabled }) {
        await client.cancelQueries({ queryKey: tokenListKey });
        const before = client.getQueriesData<Pages>({ queryKey: tokenListKey });
        if (enabled === false) replaceToken(client, { id, enabled, status: 'disabled' });
        return before;
      },
      onError(error, { id }, before) {
        for (const [key, pages] of before ?? []) client.setQueryData(key, pages);
        toastProblem(error, { about: id });
      },
      onSuccess(token) {
        replaceToken(client, token);
        toast({
          title: `${token.name} is ${token.enabled ? 'enabled' : 'disabled'}`,
          detail: token.enabled ? 'It works from now on.' : 'Calls with it are refused until you enable it.',
          about: token.id,
        });
      },
      onSettled: () => client.invalidateQueries({ queryKey: tokensKey }),
    }),
  );
}

export function useRenameToken(onDone: () => void) {
  const client = useQueryClient();
  return useMutation(
    trpc.tokens.update.mutationOptions({
      onError: leaveStale(client, onDone),
      onSuccess(token) {
        replaceToken(client, token);
        toast({ title: `Renamed to ${token.name}`, about: token.id });
        onDone();
        return client.invalidateQueries({ queryKey: tokensKey });
      },
    }),
  );
}

export function useRevokeToken(onDone: () => void) {
  const client = useQueryClient();
  return useMutation(
    trpc.tokens.revoke.mutationOptions({
      onError: leaveStale(client, onDone),
      onSuccess(token) {
        replaceToken(client, token);
        toast({
          title: `${token.name} is revoked`,
          detail: 'Its next call will be refused.',
          about: token.id,
        });
        onDone();
        return client.invalidateQueries({ queryKey: tokensKey });
      },
    }),
  );
}

export function useEndGrace() {
  const client = useQueryClient();
  return useMutation(
    trpc.tokens.endGrace.mutationOptions({
      onError: (error, { id }) => toastProblem(error, { about: id }),
      onSuccess(token) {
        replaceToken(client, token);
        toast({
          title: `The old secret of ${token.name} has stopped`,
          detail: 'Only the new one works from now on.',
          about: token.id,
        });
      },
      onSettled: () => client.invalidateQueries({ queryKey: tokensKey }),
    }),
  );
}
