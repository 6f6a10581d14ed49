'use client';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { Alert } from '#components/ui/alert.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import type { ServerDialogProps } from './server-acts.ts';
import { heldCount, heldWords } from './server-words.ts';
import { useTrustServer } from './use-server-changes.ts';

/** Asked before a server may change what its tools say without anyone reading it. */
export function TrustServerDialog({ server, ...dialog }: ServerDialogProps) {
  const trust = useTrustServer();
  return (
    <FormDialog
      {...dialog}
      title={`Trust ${server.alias}?`}
      description="New and changed tools of this server are offered at once, and no one reads them first."
      onSubmit={() => trust.mutate({ id: server.id, on: true }, { onSuccess: dialog.onClose })}
      submitLabel="Trust server"
      pendingLabel="Saving…"
      pending={trust.isPending}
      variant="danger"
      problem={trust.error && sentenceOf(problemOf(trust.error))}
    >
      <Alert variant="warn">
        Models follow what a tool says of itself. Those who control this server can then put instructions into
        the conversations of your people. Trust only servers that you run.
        {heldCount(server) > 0 && ` ${heldWords(server)} They pass unread.`}
      </Alert>
    </FormDialog>
  );
}
