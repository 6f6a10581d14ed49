'use client';
import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { Button } from '#components/ui/button.tsx';
import { ByHand } from '#components/ui/by-hand.tsx';
import { CopyButton } from '#components/ui/copy-button.tsx';
import { DialogBody, DialogFoot } from '#components/ui/dialog.tsx';
import { dateWords } from '#components/ui/time-words.ts';
import type { CreatedTokenView } from '#server/tokens/schema.ts';
import { SnippetTabs } from './snippet-tabs.tsx';

interface SecretPanelProps {
  made: CreatedTokenView;
  onCopied: () => void;
  onDone: () => void;
}

/** While masked, the secret is not in the page at all. */
export function SecretPanel({ made: { token, credential }, onCopied, onDone }: SecretPanelProps) {
  const [shown, setShown] = useState(false);
  const [byHand, setByHand] = useState<string | null>(null);
  const masked = credential.prefix + '•'.repeat(Math.max(0, token.length - credential.prefix.length));
  const visible = shown ? token : masked;
  const Icon = shown ? EyeOff : Eye;

  function copyByHand(text: string) {
    setByHand(text);
    onCopied();
  }
  return (
    <>
      <DialogBody>
        <div className="flex items-start gap-2">
          <code
            aria-label={shown ? 'Token' : 'Token, hidden'}
            role="img"
            className="flex min-h-10 min-w-0 flex-1 items-center rounded-control border border-line bg-sunken px-3 py-1.5 font-mono text-sm break-all select-all"
          >
            {visible}
          </code>
          <Button
            size="lg"
            aria-label={shown ? 'Hide token' : 'Show token'}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
            className="w-10 px-0"
          >
            <Icon aria-hidden />
          </Button>
          <CopyButton
            autoFocus
            look="primary"
            size="lg"
            label="Copy token"
            text={token}
            onCopied={onCopied}
            onRefused={() => copyByHand(token)}
          />
        </div>
        {byHand !== null && <ByHand text={byHand} />}
        <SnippetTabs visible={visible} token={token} onCopied={onCopied} onRefused={copyByHand} />
      </DialogBody>
      <DialogFoot>
        <p className="mr-auto text-sm text-muted">
          {credential.expiresAt ? `Expires ${dateWords(new Date(credential.expiresAt))}` : 'Never expires'}
        </p>
        <Button onClick={onDone}>Done</Button>
      </DialogFoot>
    </>
  );
}
