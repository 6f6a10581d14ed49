import { queryOptions } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';

export const attentionQuery = queryOptions({
  queryKey: ['attention'],
  queryFn: ({ signal }) => trpcClient.attention.list.query(undefined, { signal }),
});
