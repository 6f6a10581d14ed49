'use client';
import { Button } from '#components/ui/button.tsx';
import { ByHand } from '#components/ui/by-hand.tsx';
import { Dialog, DialogBody, DialogFoot } from '#components/ui/dialog.tsx';

interface TextByHandProps {
  text: string;
  onCopied: () => void;
  onClose: () => void;
}

/** The one place where the code or token is in the page, and only while it is open. */
export function TextByHand({ text, onCopied, onClose }: TextByHandProps) {
  return (
    <Dialog wide title="Copy the instructions" onClose={onClose}>
      <DialogBody>
        <ByHand text={text} rows={16} onCopied={onCopied} />
      </DialogBody>
      <DialogFoot>
        <Button onClick={onClose}>Done</Button>
      </DialogFoot>
    </Dialog>
  );
}
