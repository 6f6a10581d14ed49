'use client';
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { toastProblem } from '#components/api/toast-problem.ts';
import { trpc, trpcClient } from '#components/api/trpc.ts';
import { toast } from '#components/ui/toast.ts';
import { tenantsKey } from './tenants-key.ts';

const pageSize = 50;

/** All tenants, a page at a time. */
export function useTenants(search: string) {
  return useInfiniteQuery({
    queryKey: [...tenantsKey, 'list', search],
    queryFn: ({ pageParam, signal }) =>
      trpcClient.tenants.list.query(
        { limit: pageSize, ...(search && { search }), ...(pageParam && { cursor: pageParam }) },
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: keepPreviousData,
  });
}

export function useRefreshTenants() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: tenantsKey });
}

export function useResumeTenant() {
  const refresh = useRefreshTenants();
  return useMutation(
    trpc.tenants.resume.mutationOptions({
      onSuccess: ({ id, name }) =>
        toast({ title: `${name} is resumed`, detail: 'What was not revoked works again.', about: id }),
      onError: (error, { id }) => toastProblem(error, { about: id }),
      onSettled: refresh,
    }),
  );
}

export function useRestoreTenant() {
  const refresh = useRefreshTenants();
  return useMutation(
    trpc.tenants.restore.mutationOptions({
      onSuccess: ({ id, name }) => toast({ title: `${name} is restored`, about: id }),
      onError: (error, { id }) => toastProblem(error, { about: id }),
      onSettled: refresh,
    }),
  );
}
