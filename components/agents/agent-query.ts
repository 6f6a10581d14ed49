import { queryOptions } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';
import { agentsKey } from './agents-key.ts';

const latest = 20;

/** One agent, with the rotation that is under way. */
export const agentQuery = (id: string) =>
  queryOptions({
    queryKey: [...agentsKey, 'one', id],
    queryFn: ({ signal }) => trpcClient.agents.get.query({ id }, { signal }),
  });

/** Its latest rotations, the newest first. */
export const rotationsQuery = (id: string) =>
  queryOptions({
    queryKey: [...agentsKey, 'rotations', id],
    queryFn: ({ signal }) => trpcClient.rotations.list.query({ id, limit: latest }, { signal }),
  });
