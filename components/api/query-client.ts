import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { problemOf } from './problem.ts';

const tries = 2;

/** Whoever is no longer signed in goes to sign in, and comes back to the same place. */
function leaveWhenSignedOut(error: unknown) {
  if (problemOf(error).code !== 'unauthenticated') return;
  const here = window.location.pathname + window.location.search;
  window.location.assign(`/login?next=${encodeURIComponent(here)}`);
}

const isWorthAnotherTry = (status: number) => status === 0 || status === 503;

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
  mutationCache: new MutationCache({ onError: leaveWhenSignedOut }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error) => failures < tries && isWorthAnotherTry(problemOf(error).status),
      retryDelay: 800,
    },
    // Pressed while offline, a button says so at once rather than acting at some later moment.
    mutations: { retry: false, networkMode: 'always' },
  },
});
