import { queryOptions } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';
import type { CliVersionView } from '#server/doors/downloads/schema.ts';

const nobody = { isSignedIn: false, mayMakeTokens: false };

/** Who looks. To be signed out is no reason to leave this page, nor is not to know. */
export const visitorQuery = queryOptions({
  queryKey: ['sessions', 'visitor'],
  queryFn: () =>
    trpcClient.sessions.me.query().then(
      ({ permissions }) => ({ isSignedIn: true, mayMakeTokens: permissions.includes('tokens:write') }),
      () => nobody,
    ),
});

/** What this server hands out; null where it was built without, or its version cannot be had just now: see `isMissing`. */
export const cliVersionQuery = queryOptions({
  queryKey: ['distribution', 'version'],
  queryFn: async (): Promise<{ version: string | null; isMissing: boolean }> => {
    const response = await fetch('/cli/version');
    if (!response.ok) return { version: null, isMissing: response.status === 404 };
    const { version } = (await response.json()) as CliVersionView;
    return { version, isMissing: false };
  },
  retry: false,
});
