'use client';
import { Alert } from '#components/ui/alert.tsx';
import { FormDialog } from '#components/ui/form-dialog.tsx';
import { faultWords } from '#server/core/upstream/schema.ts';
import type { ServerDetailView } from '#server/gateway/mcp-servers/schema.ts';
import { hiddenWords, toolCount } from './server-words.ts';
import { ToolLines } from './tool-lines.tsx';

interface AddedServerDialogProps {
  detail: ServerDetailView;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

/** What a server lists that was just added: seen here, its tools are approved. */
export function AddedServerDialog({ detail: { server, tools }, ...dialog }: AddedServerDialogProps) {
  const { fault } = server.health;
  const approved = tools.filter(({ state }) => state === 'approved');
  return (
    <FormDialog
      {...dialog}
      wide
      title={`${server.alias} is added`}
      description={
        fault
          ? 'It is kept, and tried again by itself.'
          : 'Read what its tools say: they count as approved now. What changes later is held back.'
      }
      onSubmit={dialog.onClose}
      submitLabel={null}
      cancelLabel="Done"
      pendingLabel=""
      pending={false}
    >
      {fault && (
        <Alert variant="warn">
          It is down: {faultWords[fault].said}. {faultWords[fault].advice} What it lists once it answers is
          held back until you approve it.
        </Alert>
      )}
      {server.tools.hidden > 0 && (
        <Alert variant="warn">{hiddenWords(server)} Change the alias of one of the servers.</Alert>
      )}
      {!fault && (
        <div className="grid gap-2">
          <h3 className="font-medium">{toolCount(approved.length)} approved</h3>
          {approved.length > 0 && <ToolLines tools={approved} />}
        </div>
      )}
    </FormDialog>
  );
}
