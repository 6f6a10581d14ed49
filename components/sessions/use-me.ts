'use client';
import { useQuery } from '@tanstack/react-query';
import { trpc } from '#components/api/trpc.ts';

const freshMilliseconds = 60_000;

/** Who is signed in, and what they may do. */
export const useMe = () =>
  useQuery(trpc.sessions.me.queryOptions(undefined, { staleTime: freshMilliseconds }));
