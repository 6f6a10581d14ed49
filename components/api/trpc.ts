import { createTRPCClient, httpBatchLink, httpLink, splitLink } from '@trpc/client';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import type { AppRouter } from '#server/trpc/app-router.ts';
import { ForeignAnswer } from './problem.ts';
import { queryClient } from './query-client.ts';
import { askAgainLink } from './sign-in-again.ts';

const url = '/trpc';

async function fetchOurs(address: string | URL | Request, init?: object) {
  const response = await fetch(address, init);
  const isOurs = response.headers.get('Content-Type')?.startsWith('application/json');
  if (!isOurs) throw new ForeignAnswer(response.status);
  return response;
}

export const trpcClient = createTRPCClient<AppRouter>({
  links: [
    askAgainLink,
    splitLink({
      condition: (operation) => operation.type === 'mutation',
      // The server refuses batches that sign in or make a credential.
      true: httpLink({ url, fetch: fetchOurs }),
      false: httpBatchLink({ url, fetch: fetchOurs, maxItems: 10 }),
    }),
  ],
});

export const trpc = createTRPCOptionsProxy<AppRouter>({ client: trpcClient, queryClient });
