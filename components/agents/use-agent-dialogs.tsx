'use client';
import { useCallback, useState } from 'react';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import { menuId, titleId } from './agent-ids.ts';
import type { AgentQuestion } from './start-act.ts';

const [EditDialog] = lazyPart(async () => (await import('./edit-agent-dialog.tsx')).EditAgentDialog);
const [NewCodeDialog] = lazyPart(async () => (await import('./new-code-dialog.tsx')).NewCodeDialog);
const [PauseDialog] = lazyPart(async () => (await import('./pause-agent-dialog.tsx')).PauseAgentDialog);
const [TransferDialog] = lazyPart(
  async () => (await import('./transfer-agent-dialog.tsx')).TransferAgentDialog,
);
const [DeleteDialog] = lazyPart(async () => (await import('./delete-agent-dialog.tsx')).DeleteAgentDialog);
const [RotateLaterDialog] = lazyPart(
  async () => (await import('./rotate-later-dialog.tsx')).RotateLaterDialog,
);

const dialogs = {
  edit: EditDialog,
  code: NewCodeDialog,
  pause: PauseDialog,
  transfer: TransferDialog,
  remove: DeleteDialog,
  'rotate-later': RotateLaterDialog,
};

/** The one dialog about an agent that is open; it belongs to the page, since the card that opened it may go. */
export function useAgentDialogs() {
  const [open, setOpen] = useState<{ question: AgentQuestion; item: AgentView } | null>(null);
  const ask = useCallback((question: AgentQuestion, item: AgentView) => setOpen({ question, item }), []);
  const close = () => setOpen(null);
  if (!open) return { ask, dialog: null };
  const { question, item } = open;
  const AgentDialog = dialogs[question];
  const returnTo = () => document.getElementById(menuId(item)) ?? document.getElementById(titleId(item));
  const dialog = (
    <AgentDialog
      key={question + item.id}
      item={item}
      returnTo={returnTo}
      onClose={close}
      onMissing={orSayMissing(close)}
    />
  );
  return { ask, dialog };
}
