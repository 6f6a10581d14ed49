'use client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { replaceRow } from '#components/api/replace-row.ts';
import { trpcClient } from '#components/api/trpc.ts';
import type { AdminTokenView } from '#server/credentials/token-triage/schema.ts';
import { adminTokensKey } from './admin-tokens-key.ts';

/** Anyone's token. Its row in the list says the same from then on. */
export function useAdminToken(id: string) {
  const client = useQueryClient();
  return useQuery({
    queryKey: [...adminTokensKey, 'one', id],
    async queryFn({ signal }) {
      const token = await trpcClient.adminTokens.get.query({ id }, { signal });
      replaceRow<AdminTokenView>(client, [...adminTokensKey, 'list'], token);
      return token;
    },
  });
}
