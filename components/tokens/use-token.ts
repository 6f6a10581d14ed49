'use client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { replaceRow } from '#components/api/replace-row.ts';
import { trpcClient } from '#components/api/trpc.ts';
import type { TokenView } from '#server/credentials/tokens/schema.ts';
import { tokenListKey, tokensKey } from './tokens-key.ts';

/** One of my tokens. Its row in the list says the same from then on: that it is used is no reason to fetch a list again. */
export function useToken(id: string) {
  const client = useQueryClient();
  return useQuery({
    queryKey: [...tokensKey, 'one', id],
    async queryFn({ signal }) {
      const token = await trpcClient.tokens.get.query({ id }, { signal });
      replaceRow<TokenView>(client, tokenListKey, token);
      return token;
    },
  });
}
