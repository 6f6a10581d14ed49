'use client';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '#components/ui/dialog.tsx';
import { Notice } from '#components/ui/notice.tsx';

interface TokenWarningProps {
  onClose: () => void;
  onGoOn: () => void;
}

export function TokenWarning({ onClose, onGoOn }: TokenWarningProps) {
  return (
    <Dialog
      title="Put a token into the text?"
      description="This makes a token that acts as you for 90 days, and copies it as part of the instructions."
      onClose={onClose}
    >
      <DialogBody>
        <Notice tone="warn">
          Whoever reads the text can use the token: your clipboard, the conversation with Claude Code and the
          history of the shell keep it. A code works once, for ten minutes, and is worth nothing afterwards.
        </Notice>
      </DialogBody>
      <DialogFoot>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="danger" onClick={onGoOn}>
          Make a token and copy
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
