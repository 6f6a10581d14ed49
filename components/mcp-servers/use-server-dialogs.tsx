'use client';
import { useCallback, useState } from 'react';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import type { ServerView } from '#server/gateway/mcp-servers/schema.ts';
import { menuId, type ServerQuestion, titleId } from './server-acts.ts';

const [EditDialog] = lazyPart(async () => (await import('./edit-server-dialog.tsx')).EditServerDialog);
const [TrustDialog] = lazyPart(async () => (await import('./trust-server-dialog.tsx')).TrustServerDialog);
const [RemoveDialog] = lazyPart(async () => (await import('./delete-server-dialog.tsx')).DeleteServerDialog);

const dialogs = { edit: EditDialog, trust: TrustDialog, remove: RemoveDialog };

/** The one dialog about a server that is open; it belongs to the page, since the card that opened it may go. */
export function useServerDialogs() {
  const [open, setOpen] = useState<{ question: ServerQuestion; server: ServerView } | null>(null);
  const ask = useCallback(
    (question: ServerQuestion, server: ServerView) => setOpen({ question, server }),
    [],
  );
  const close = () => setOpen(null);
  if (!open) return { ask, dialog: null };
  const { question, server } = open;
  const ServerDialog = dialogs[question];
  const returnTo = () => document.getElementById(menuId(server)) ?? document.getElementById(titleId(server));
  const dialog = (
    <ServerDialog
      key={question + server.id}
      server={server}
      returnTo={returnTo}
      onClose={close}
      onMissing={orSayMissing(close)}
    />
  );
  return { ask, dialog };
}
