import { createTRPCClient, httpBatchLink, httpLink, splitLink } from '@trpc/client';
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query';
import type { AppRouter } from '#server/doors/trpc/app-router.ts';
import { ForeignAnswer, type Problem, RefusedAtDoor } from './problem.ts';
import { queryClient } from './query-client.ts';
import { askAgainLink } from './sign-in-again.ts';

const url = '/trpc';

async function fetchOurs(address: string | URL | Request, init?: object) {
  const response = await fetch(address, init);
  const type = response.headers.get('Content-Type');
  if (type?.startsWith('application/problem+json')) throw await refusalIn(response);
  if (!type?.startsWith('application/json')) throw new ForeignAnswer(response.status);
  return response;
}

/** What stands in front of us may answer with problem documents too, in words of its own. */
async function refusalIn(response: Response) {
  const problem = (await response.json().catch(() => null)) as Partial<Problem & { type: string }> | null;
  return problem?.type?.startsWith('urn:keyward:')
    ? new RefusedAtDoor(problem)
    : new ForeignAnswer(response.status);
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
