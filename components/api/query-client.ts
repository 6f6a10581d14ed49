import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { leaveToSignIn } from './leave-to-sign-in.ts';
import { problemOf } from './problem.ts';

const tries = 2;

/** Whoever is no longer signed in goes to sign in, and comes back to the same place. */
function leaveWhenSignedOut(error: unknown) {
  if (problemOf(error).code !== 'unauthenticated') return;
  // Once whoever asked has heard of it too: what holds the page lets go of it.
  setTimeout(leaveToSignIn);
}

const isWorthAnotherTry = (status: number) => status === 0 || (status > 501 && status < 505);

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
