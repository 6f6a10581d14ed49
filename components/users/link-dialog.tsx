'use client';
import { useState } from 'react';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { Dialog, DialogBody, DialogFooter } from '#components/ui/dialog.tsx';
import { ManualCopy } from '#components/ui/manual-copy.tsx';
import { isLocalLink } from './local-link.ts';

export interface MadeLink {
  kind: 'invite' | 'reset';
  name: string;
  email: string;
  url: string;
  mailed: boolean;
}

interface LinkDialogProps {
  link: MadeLink;
  returnTo: () => HTMLElement | null;
  onClose: () => void;
}

/** Shows a link once. Closing it uncopied loses nothing: another is made in its place as easily. */
export function LinkDialog({ link: { kind, name, email, url, mailed }, ...dialog }: LinkDialogProps) {
  const [needsManualCopy, setNeedsManualCopy] = useState(false);
  const word = kind === 'invite' ? 'invite' : 'reset';
  return (
    <Dialog
      {...dialog}
      title={kind === 'invite' ? `Invite for ${name}` : `Reset link for ${name}`}
      description={
        mailed
          ? `A letter to ${email} is on its way. This link does the same.`
          : `Send this link to ${email} in a way that only they can read.`
      }
    >
      <DialogBody>
        <div className="grid gap-2">
          <code className="rounded-control border border-line-strong bg-sunken px-3 py-2 font-mono text-sm break-all select-all">
            {url}
          </code>
          <CopyButton
            data-first-focus
            variant="primary"
            size="lg"
            label={`Copy ${word} link`}
            text={url}
            onRefused={() => setNeedsManualCopy(true)}
          />
        </div>
        {needsManualCopy && <ManualCopy text={url} />}
        {isLocalLink(url) && (
          <Alert variant="warn">
            It works on this machine only: this Keyward is called {new URL(url).host}. Whoever runs it can set{' '}
            <code>KEYWARD_URL</code> to the address that others reach it by.
          </Alert>
        )}
        <p className="text-sm text-muted">
          It works once, for 24 hours, and is not shown again. A new one ends this one.
        </p>
      </DialogBody>
      <DialogFooter>
        <Button onClick={dialog.onClose}>Done</Button>
      </DialogFooter>
    </Dialog>
  );
}
