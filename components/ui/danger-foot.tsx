import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { DialogFooter } from './dialog.tsx';

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
    <DialogFooter>
      <Button data-first-focus onClick={onCancel}>
        Cancel
      </Button>
      <Button variant="danger" pending={busy} pendingLabel={busyLabel} onClick={onConfirm}>
        {children}
      </Button>
    </DialogFooter>
  );
}
