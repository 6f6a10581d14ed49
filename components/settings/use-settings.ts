'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { FieldPath, FieldValues, UseFormSetError } from 'react-hook-form';
import { showProblem } from '#components/api/show-problem.ts';
import { trpc, trpcClient } from '#components/api/trpc.ts';
import { toast } from '#components/ui/toast.ts';

const settingsKey = ['settings'];

/** What another admin saves meanwhile does not overwrite what is being typed. */
export const resetOptions = { keepDirtyValues: true };

export const useSettings = () =>
  useQuery({
    queryKey: settingsKey,
    queryFn: ({ signal }) => trpcClient.tenants.settings.query(undefined, { signal }),
  });

/** Saves some settings; a refusal is shown beside the form's `fields`. */
export function useSaveSettings<Values extends FieldValues>(
  fields: readonly FieldPath<Values>[],
  setError: UseFormSetError<Values>,
) {
  const client = useQueryClient();
  return useMutation(
    trpc.tenants.updateSettings.mutationOptions({
      onSuccess(settings) {
        client.setQueryData(settingsKey, settings);
        toast({ title: 'Settings are saved', about: 'settings' });
      },
      onError: (error) => showProblem(error, fields, setError),
    }),
  );
}
