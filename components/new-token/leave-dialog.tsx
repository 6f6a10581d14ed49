'use client';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogFoot } from '#components/ui/dialog.tsx';

export function LeaveDialog({ onStay, onLeave }: { onStay: () => void; onLeave: () => void }) {
  return (
    <Dialog
      asks
      title="Close without copying?"
      description="The secret is not shown again. Without it the token is of no use, and you would have to make another."
      onClose={onStay}
    >
      <div className="h-4" />
      <DialogFoot>
        <Button look="quiet" onClick={onLeave}>
          Close without copying
        </Button>
        <Button data-first-focus look="primary" onClick={onStay}>
          Go back
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
