'use client';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogBody, DialogFooter } from '#components/ui/dialog.tsx';
import { ManualCopy } from '#components/ui/manual-copy.tsx';

interface ManualCopyDialogProps {
  text: string;
  onCopied: () => void;
  onClose: () => void;
}

/** The one place where the code or token is in the page, and only while it is open. */
export function ManualCopyDialog({ text, onCopied, onClose }: ManualCopyDialogProps) {
  return (
    <Dialog wide title="Copy the instructions" onClose={onClose}>
      <DialogBody>
        <ManualCopy text={text} rows={16} onCopied={onCopied} />
      </DialogBody>
      <DialogFooter>
        <Button onClick={onClose}>Done</Button>
      </DialogFooter>
    </Dialog>
  );
}
