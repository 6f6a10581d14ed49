'use client';
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query';
import { replaceRow } from '#components/api/replace-row.ts';
import { toastProblem } from '#components/api/toast-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { toast } from '#components/ui/toast.ts';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import { agentQuery } from './agent-query.ts';
import { agentsKey } from './agents-key.ts';

export function useRefreshAgents() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: agentsKey });
}

/** Shows an agent as it is known to be now, wherever it is shown, before it is fetched again. */
export function showAgent(client: QueryClient, change: Partial<AgentView> & { id: string }) {
  replaceRow<AgentView>(client, [...agentsKey, 'list'], change);
  client.setQueryData(agentQuery(change.id).queryKey, (known) => known && { ...known, ...change });
}

export function useSwitchAgent() {
  const refresh = useRefreshAgents();
  return useMutation(
    trpc.agents.update.mutationOptions({
      onSuccess: ({ id, name, enabled }) =>
        toast({
          title: `${name} is ${enabled ? 'enabled' : 'disabled'}`,
          detail: enabled ? 'It works from now on.' : 'Its calls are refused until it is enabled.',
          about: id,
        }),
      onError: (error, { id }) => toastProblem(error, { about: id }),
      onSettled: refresh,
    }),
  );
}

export function useResumeAgent() {
  const refresh = useRefreshAgents();
  return useMutation(
    trpc.agents.resume.mutationOptions({
      onSuccess: ({ id, name }) =>
        toast({ title: `${name} is resumed`, detail: 'It works again, and may reconnect.', about: id }),
      onError: (error, { id }) => toastProblem(error, { about: id }),
      onSettled: refresh,
    }),
  );
}
