'use client';
import { Button } from '#components/ui/button.tsx';
import { Dialog, DialogFooter } from '#components/ui/dialog.tsx';

interface Question {
  onStay: () => void;
  onLeave: () => void;
}

/** `rotated`: the token had a secret before. */
export function LeaveDialog({ rotated = false, ...question }: Question & { rotated?: boolean }) {
  return (
    <Ask
      {...question}
      title="Close without copying?"
      description={
        rotated
          ? 'The new secret is not shown again. Once the old one stops, nothing could use the token until you rotate it again.'
          : 'The secret is not shown again. Without it the token is of no use, and you would have to make another.'
      }
      leave="Close without copying"
    />
  );
}

export function DiscardDialog(question: Question) {
  return (
    <Ask
      {...question}
      title="Discard this token?"
      description="It is not made yet. What you filled in will be lost."
      leave="Discard"
    />
  );
}

interface AskProps extends Question {
  title: string;
  description: string;
  leave: string;
}

function Ask({ title, description, leave, onStay, onLeave }: AskProps) {
  return (
    <Dialog alert title={title} description={description} onClose={onStay}>
      <div className="h-4" />
      <DialogFooter>
        <Button variant="ghost" onClick={onLeave}>
          {leave}
        </Button>
        <Button data-first-focus variant="primary" onClick={onStay}>
          Go back
        </Button>
      </DialogFooter>
    </Dialog>
  );
}
