'use client';
import { type InfiniteData, type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { toast } from '#components/ui/toast.ts';
import type { TokenPageView, TokenView } from '#server/tokens/schema.ts';
import { tokensKey } from './tokens-key.ts';

type Pages = InfiniteData<TokenPageView, string | null>;
const listKey = [...tokensKey, 'list'];

function replaceToken(client: QueryClient, id: string, change: Partial<TokenView>) {
  client.setQueriesData<Pages>(
    { queryKey: listKey },
    (list) =>
      list && {
        ...list,
        pages: list.pages.map((page) => ({
          ...page,
          items: page.items.map((token) => (token.id === id ? { ...token, ...change } : token)),
        })),
      },
  );
}

const refused = (title: string) => (error: unknown) =>
  toast({ title, detail: sentenceOf(problemOf(error)), tone: 'failed' });

/** Switching off and on is shown before the server has answered, and taken back if it refuses. */
export function useTokenSwitch() {
  const client = useQueryClient();
  return useMutation(
    trpc.tokens.update.mutationOptions({
      async onMutate({ id, enabled }) {
        await client.cancelQueries({ queryKey: listKey });
        const before = client.getQueriesData<Pages>({ queryKey: listKey });
        if (enabled === false) replaceToken(client, id, { enabled, status: 'disabled' });
        return before;
      },
      onError(error, _input, before) {
        for (const [key, pages] of before ?? []) client.setQueryData(key, pages);
        refused('Nothing was changed')(error);
      },
      onSuccess(token) {
        replaceToken(client, token.id, token);
        toast({
          title: token.enabled ? `${token.name} is on again` : `${token.name} is off`,
          detail: token.enabled ? 'It works from now on.' : 'Calls with it are refused until you enable it.',
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
      onSuccess(token) {
        replaceToken(client, token.id, token);
        toast({ title: `Renamed to ${token.name}` });
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
      onSuccess(token) {
        replaceToken(client, token.id, token);
        toast({ title: `${token.name} is revoked`, detail: 'Its next call will be refused.' });
        onDone();
        return client.invalidateQueries({ queryKey: tokensKey });
      },
    }),
  );
}
