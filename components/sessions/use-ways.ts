'use client';
import { useQuery } from '@tanstack/react-query';
import { trpc } from '#components/api/trpc.ts';

/** The ways to sign in that are open here. */
export const useWays = () => useQuery(trpc.sessions.ways.queryOptions(undefined, { staleTime: Infinity }));

/** Whether passwords are used here. Where that is not known yet, they are. */
export function useHasPasswords(): boolean {
  const { data } = useWays();
  return data?.ways.includes('password') ?? true;
}
