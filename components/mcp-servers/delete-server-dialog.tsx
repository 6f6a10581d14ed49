'use client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { trpc } from '#components/api/trpc.ts';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { toast } from '#components/ui/toast.ts';
import type { ServerDialogProps } from './server-acts.ts';
import { toolCount } from './server-words.ts';
import { serverQuery } from './servers-query.ts';
import { useRefreshServers } from './use-server-changes.ts';

export function DeleteServerDialog({ server, ...dialog }: ServerDialogProps) {
  const refresh = useRefreshServers();
  const { data } = useQuery(serverQuery(server.id));
  const remove = useMutation(
    trpc.mcpServers.remove.mutationOptions({
      onSuccess() {
        toast({ title: `${server.alias} is deleted`, detail: 'Its alias is free again.', about: server.id });
        dialog.onClose();
        return refresh();
      },
    }),
  );
  return (
    <FormDialog
      {...dialog}
      title={`Delete ${server.alias}?`}
      description="Its tools can no longer be called, from the next call on. Added again it is another server: what was granted does not come back. This cannot be undone."
      onSubmit={() => remove.mutate({ id: server.id })}
      submitLabel="Delete server"
      pendingLabel="Deleting…"
      pending={remove.isPending}
      variant="danger"
      problem={remove.error && sentenceOf(problemOf(remove.error))}
    >
      <p className="rounded-control bg-sunken px-3 py-2 text-sm text-muted">
        {data ? cutOffWords(server.tools.approved, data.grants) : <Skeleton className="h-5 w-64" />}
      </p>
    </FormDialog>
  );
}

function cutOffWords(tools: number, grants: number): string {
  const named =
    grants === 0
      ? 'No key, agent or token names one of them.'
      : `${grants === 1 ? '1 key, agent or token names' : `${grants} keys, agents and tokens name`} at least one of them.`;
  return `Cuts off ${toolCount(tools)}. ${named} People reach them by their role.`;
}
