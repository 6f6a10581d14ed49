'use client';
import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { DialogBody, DialogFooter } from '#components/ui/dialog.tsx';
import { ManualCopy } from '#components/ui/manual-copy.tsx';
import { dateWords } from '#components/ui/time-words.ts';
import { SnippetTabs } from './snippet-tabs.tsx';

/** A secret that was just made, and what of its credential is told beside it. */
export interface MadeSecret {
  token: string;
  credential: { prefix: string; expiresAt: string | null };
}

interface SecretPanelProps {
  noun: 'token' | 'key';
  made: MadeSecret;
  onCopied: () => void;
  onDone: () => void;
}

/** While masked, the secret is not in the page at all. */
export function SecretPanel({ noun, made: { token, credential }, onCopied, onDone }: SecretPanelProps) {
  const [shown, setShown] = useState(false);
  const [manualCopy, setManualCopy] = useState<string | null>(null);
  const masked = credential.prefix + '•'.repeat(12);
  const visible = shown ? token : masked;
  const Icon = shown ? EyeOff : Eye;

  /** By whatever way the secret itself went to the clipboard, it was copied; its mask was not. */
  function noticeCopy() {
    if (String(window.getSelection()).replaceAll(/\s/gu, '').includes(token)) onCopied();
  }
  return (
    <div className="contents" onCopy={noticeCopy}>
      <DialogBody>
        <div className="grid gap-2">
          <div className="flex items-center rounded-control border border-line-strong bg-sunken p-1 pl-3">
            <code className="min-w-0 flex-1 py-1 font-mono text-base break-all select-all">{visible}</code>
            <Button
              variant="ghost"
              size="icon"
              aria-label={`${shown ? 'Hide' : 'Show'} ${noun}`}
              aria-pressed={shown}
              onClick={() => setShown(!shown)}
            >
              <Icon aria-hidden />
            </Button>
          </div>
          <CopyButton
            data-first-focus
            variant="primary"
            size="lg"
            label={`Copy ${noun}`}
            text={token}
            onCopied={onCopied}
            onRefused={() => setManualCopy(token)}
          />
        </div>
        {manualCopy !== null && <ManualCopy text={manualCopy} onCopied={onCopied} />}
        <SnippetTabs visible={visible} token={token} onCopied={onCopied} onRefused={setManualCopy} />
      </DialogBody>
      <DialogFooter>
        <p className="mr-auto text-sm text-muted">
          {credential.expiresAt ? `Expires ${dateWords(new Date(credential.expiresAt))}` : 'Never expires'}
        </p>
        <Button onClick={onDone}>Done</Button>
      </DialogFooter>
    </div>
  );
}
