import { queryOptions } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';

/** What I should know about my tokens. */
export const noticesQuery = queryOptions({
  queryKey: ['notices'],
  queryFn: ({ signal }) => trpcClient.notices.list.query(undefined, { signal }),
});
