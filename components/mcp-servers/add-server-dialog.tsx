'use client';
import { useMutation } from '@tanstack/react-query';
import { trpc } from '#components/api/trpc.ts';
import { AddedServerDialog } from './added-server-dialog.tsx';
import { ConnectionTest } from './connection-test.tsx';
import type { ServerValues } from './server-form-schema.ts';
import { ServerForm } from './server-form.tsx';
import { useShowServer } from './use-server-changes.ts';

interface AddServerDialogProps {
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

const defaultValues: ServerValues = {
  alias: '',
  url: '',
  auth: 'none',
  keepsHeaders: false,
  headers: [{ name: '', value: '' }],
  timeoutSeconds: '60',
  totalSeconds: '1800',
  maxConcurrent: '16',
  costUsdPerCall: '0',
};

/** First the form, with a test of what is filled in; then what the server lists, which is approved by being read here. */
export function AddServerDialog(dialog: AddServerDialogProps) {
  const show = useShowServer();
  const create = useMutation(
    // What was sent holds the headers: it goes with the dialog.
    trpc.mcpServers.create.mutationOptions({ gcTime: 0, onSuccess: (detail) => show(detail) }),
  );
  if (create.data) return <AddedServerDialog {...dialog} detail={create.data} />;
  return (
    <ServerForm
      {...dialog}
      title="Add an MCP server"
      description="People may call its tools, and the keys and agents that name them."
      submitLabel="Add server"
      pendingLabel="Adding…"
      discardTitle="Discard this server?"
      defaultValues={defaultValues}
      pending={create.isPending}
      onSend={({ filled, showRefused }) => create.mutate(filled, { onError: showRefused })}
    >
      <ConnectionTest />
    </ServerForm>
  );
}
