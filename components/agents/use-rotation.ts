'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { problemOf } from '#components/api/problem.ts';
import { toastProblem } from '#components/api/toast-problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { toast } from '#components/ui/toast.ts';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import type { RotationView } from '#server/credentials/rotation/schema.ts';
import { agentQuery } from './agent-query.ts';
import { showAgent, useRefreshAgents } from './use-agent-changes.ts';

/** What a rotation looks like until the server has answered. */
const begun = (agentId: string): RotationView => ({
  id: '',
  agentId,
  epoch: null,
  state: 'queued',
  cause: 'request',
  requestedBy: null,
  failure: null,
  failureText: null,
  createdAt: new Date().toISOString(),
  stagedAt: null,
  deliveredAt: null,
  persistedAt: null,
  promotedAt: null,
  endedAt: null,
  graceEndsAt: null,
});

/** Rotates, and shows it as begun at once. `onOffline`: it is not connected, so the person decides whether it is to wait. */
export function useRotateAgent(onOffline: (item: AgentView) => void) {
  const client = useQueryClient();
  const refresh = useRefreshAgents();
  const { mutate } = useMutation(
    trpc.rotations.rotate.mutationOptions({
      onSuccess: (rotation, { id }) => showAgent(client, { id, rotation }),
      onSettled: refresh,
    }),
  );
  return (item: AgentView) => {
    if (!item.online) return onOffline(item);
    const { id, status, rotation } = item;
    showAgent(client, { id, status: 'rotation_pending', rotation: begun(id) });
    mutate(
      { id },
      {
        onError(error) {
          showAgent(client, { id, status, rotation });
          if (problemOf(error).code === 'agent_offline') onOffline(item);
          else toastProblem(error, { title: `${item.name} was not rotated`, about: id });
        },
      },
    );
  };
}

export function useCancelRotation() {
  const client = useQueryClient();
  const refresh = useRefreshAgents();
  const { mutate } = useMutation(
    trpc.rotations.cancel.mutationOptions({
      onSuccess(rotation, { id }) {
        const name = client.getQueryData(agentQuery(id).queryKey)?.name ?? 'The agent';
        showAgent(client, { id, rotation });
        toast({
          title: 'The rotation is cancelled',
          detail: `${name} keeps the secret that it has.`,
          about: id,
        });
      },
      onError: (error, { id }) => toastProblem(error, { title: 'The rotation goes on', about: id }),
      onSettled: refresh,
    }),
  );
  return ({ id, rotation }: AgentView) => {
    // Until the server has answered there is none to be cancelled.
    if (rotation?.id) mutate({ id, rotationId: rotation.id });
  };
}
