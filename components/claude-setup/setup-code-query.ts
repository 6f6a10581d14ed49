import { queryOptions } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';

/** What has become of a setup code; looked at again when the server says that something changed. */
export const setupCodeQuery = (id: string) =>
  queryOptions({
    queryKey: ['setup-codes', id],
    queryFn: ({ signal }) => trpcClient.setupCodes.get.query({ id }, { signal }),
  });
