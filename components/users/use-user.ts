'use client';
import { useQuery } from '@tanstack/react-query';
import { trpcClient } from '#components/api/trpc.ts';
import { usersKey } from './users-key.ts';

/** One person, with what they get in with. */
export const useUser = (id: string) =>
  useQuery({
    queryKey: [...usersKey, 'one', id],
    queryFn: ({ signal }) => trpcClient.users.get.query({ id }, { signal }),
  });
