import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { DialogFoot } from './dialog.tsx';

interface DangerFootProps {
  busy: boolean;
  /** What it says meanwhile: "Deleting…". */
  busyLabel: string;
  onCancel: () => void;
  onConfirm: () => void;
  children: ReactNode;
}

/** The end of a dialog that asks before something is lost: the focus begins on Cancel. */
export function DangerFoot({ busy, busyLabel, onCancel, onConfirm, children }: DangerFootProps) {
  return (
    <DialogFoot>
      <Button data-first-focus onClick={onCancel}>
        Cancel
      </Button>
      <Button look="danger" busy={busy} busyLabel={busyLabel} onClick={onConfirm}>
        {children}
      </Button>
    </DialogFoot>
  );
}
