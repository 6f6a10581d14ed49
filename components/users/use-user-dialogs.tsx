'use client';
import { useCallback, useRef, useState } from 'react';
import { lazyPart, orSayMissing } from '#components/ui/lazy-part.tsx';
import type { UserView } from '#server/people/users/schema.ts';
import type { MadeLink } from './link-dialog.tsx';

const [CreateDialog, preloadCreate] = lazyPart(
  async () => (await import('./create-dialog.tsx')).CreateDialog,
);
const [EditDialog] = lazyPart(async () => (await import('./edit-dialog.tsx')).EditDialog);
const [SetPasswordDialog] = lazyPart(
  async () => (await import('./set-password-dialog.tsx')).SetPasswordDialog,
);
const [MakeLinkDialog] = lazyPart(async () => (await import('./make-link-dialog.tsx')).MakeLinkDialog);
const [LinkDialog] = lazyPart(async () => (await import('./link-dialog.tsx')).LinkDialog);
const [DeactivateDialog] = lazyPart(async () => (await import('./deactivate-dialog.tsx')).DeactivateDialog);
const [DeleteDialog] = lazyPart(async () => (await import('./delete-dialog.tsx')).DeleteDialog);

export { preloadCreate };
export type Question = 'edit' | 'set-password' | 'reset' | 'invite' | 'deactivate' | 'delete';

const adding = { ask: 'create' } as const;
type Open = typeof adding | { ask: 'link'; link: MadeLink } | { ask: Question; user: UserView } | null;

interface Surroundings {
  /** The page was opened to add somebody. */
  isAdding: boolean;
  stopAdding: () => void;
  /** Somebody was deleted, so what shows them can go. */
  onGone: () => void;
}

/** The one dialog about people that is open, and what opens it. The focus returns to what opened the first of them. */
export function useUserDialogs({ isAdding, stopAdding, onGone }: Surroundings) {
  const [open, setOpen] = useState<Open>(null);
  const opener = useRef<HTMLElement>(null);
  const start = useCallback((next: Open) => {
    opener.current = document.activeElement as HTMLElement | null;
    setOpen(next);
  }, []);
  const ask = useCallback((question: Question, user: UserView) => start({ ask: question, user }), [start]);
  const create = useCallback(() => start(adding), [start]);
  const turnTo = (next: Open) => {
    if (isAdding) stopAdding();
    setOpen(next);
  };
  const close = () => turnTo(null);
  const common = {
    returnTo: () => (opener.current?.isConnected ? opener.current : document.getElementById('content')),
    onClose: close,
    onMissing: orSayMissing(close),
  };
  const showLink = (link: MadeLink) => turnTo({ ask: 'link', link });
  const shown = open ?? (isAdding ? adding : null);
  return { create, ask, dialog: shown && draw(shown) };

  function draw(shown: NonNullable<Open>) {
    switch (shown.ask) {
      case 'create':
        return <CreateDialog {...common} onInvited={showLink} />;
      case 'link':
        return <LinkDialog {...common} link={shown.link} />;
      case 'edit':
        return <EditDialog {...common} user={shown.user} />;
      case 'set-password':
        return <SetPasswordDialog {...common} user={shown.user} />;
      case 'reset':
      case 'invite':
        return <MakeLinkDialog {...common} user={shown.user} kind={shown.ask} onMade={showLink} />;
      case 'deactivate':
        return <DeactivateDialog {...common} user={shown.user} />;
      case 'delete':
        return <DeleteDialog {...common} user={shown.user} onDeleted={gone} />;
    }
  }

  function gone() {
    close();
    onGone();
  }
}
