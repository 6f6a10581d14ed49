'use client';
import { Button } from './button.tsx';
import { Dialog, DialogFooter } from './dialog.tsx';

interface DiscardDialogProps {
  title: string;
  /** What would be lost. */
  description: string;
  discardLabel?: string;
  onStay: () => void;
  onDiscard: () => void;
}

/** Asks before a dialog below it closes and something is lost. */
export function DiscardDialog({
  title,
  description,
  discardLabel = 'Discard',
  onStay,
  onDiscard,
}: DiscardDialogProps) {
  return (
    <Dialog alert title={title} description={description} onClose={onStay}>
      <div className="h-1.5" />
      <DialogFooter>
        <Button variant="ghost" onClick={onDiscard}>
          {discardLabel}
        </Button>
        <Button data-first-focus variant="primary" onClick={onStay}>
          Go back
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
