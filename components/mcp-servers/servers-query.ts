import { queryOptions } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';
import { serversKey } from './servers-key.ts';

/** While the page is open: health changes without an event where a check only comes by. */
const againMs = 20_000;

export const serversQuery = queryOptions({
  queryKey: [...serversKey, 'list'],
  queryFn: ({ signal }) => trpcClient.mcpServers.list.query(undefined, { signal }),
  refetchInterval: againMs,
});

/** One server with all of its tools. */
export const serverQuery = (id: string) =>
  queryOptions({
    queryKey: [...serversKey, 'one', id],
    queryFn: ({ signal }) => trpcClient.mcpServers.get.query({ id }, { signal }),
  });
