'use client';
import { useMutation } from '@tanstack/react-query';
import { trpc } from '#components/api/trpc.ts';
import { toast } from '#components/ui/toast.ts';
import type { ServerView } from '#server/gateway/mcp-servers/schema.ts';
import type { ServerDialogProps } from './server-acts.ts';
import type { ServerValues } from './server-form-schema.ts';
import { type SentServer, ServerForm } from './server-form.tsx';
import { useShowServer } from './use-server-changes.ts';

/** Where it leads to another place, its tools are asked for anew, and what is new there is held back. */
export function EditServerDialog({ server, returnTo, onClose }: ServerDialogProps) {
  const show = useShowServer();
  const update = useMutation(
    trpc.mcpServers.update.mutationOptions({
      gcTime: 0,
      onSuccess(detail) {
        toast({ title: `${detail.server.alias} was changed`, about: server.id });
        onClose();
        return show(detail);
      },
    }),
  );
  function send({ changed, showRefused }: SentServer) {
    update.mutate({ id: server.id, ...changed }, { onError: showRefused });
  }
  return (
    <ServerForm
      title={`Edit ${server.alias}`}
      description="Another alias renames its tools for clients; what was granted stays."
      submitLabel="Save"
      pendingLabel="Saving…"
      discardTitle="Discard these changes?"
      defaultValues={toValues(server)}
      storedHeaders={server.headers}
      pending={update.isPending}
      onSend={send}
      returnTo={returnTo}
      onClose={onClose}
    />
  );
}

function toValues(server: ServerView): ServerValues {
  const { alias, url, auth, timeoutSeconds, totalSeconds, maxConcurrent, costUsdPerCall } = server;
  return {
    alias,
    url,
    auth,
    keepsHeaders: auth === 'headers',
    headers: [{ name: '', value: '' }],
    timeoutSeconds: String(timeoutSeconds),
    totalSeconds: String(totalSeconds),
    maxConcurrent: String(maxConcurrent),
    costUsdPerCall,
  };
}
