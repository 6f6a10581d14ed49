'use client';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '#components/ui/dialog.tsx';

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
        <Alert variant="warn">
          Whoever reads the text can use the token: your clipboard, the conversation with Claude Code and the
          history of the shell keep it. A code works once, for ten minutes, and is worth nothing afterwards.
        </Alert>
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Cancel</Button>
        <Button variant="danger" onClick={onGoOn}>
          Make a token and copy
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
