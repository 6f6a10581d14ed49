'use client';
import {
  type ComponentProps,
  type FormEvent,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from 'react';
import { Alert } from './alert.tsx';
import { Button } from './button.tsx';
import { Dialog, DialogBody, DialogFooter } from './dialog.tsx';
import { DiscardDialog } from './discard-dialog.tsx';
import { focusFirstError } from './focus-first-error.ts';

interface FooterProps {
  /** The verb: "Revoke token". Null once there is nothing left to send. */
  submitLabel: string | null;
  pending: boolean;
  /** What the button says meanwhile: "Revoking…". */
  pendingLabel: string;
  variant?: 'primary' | 'danger' | undefined;
  cancelLabel?: string | undefined;
}

type FormDialogProps = Omit<ComponentProps<typeof Dialog>, 'children' | 'pending'> &
  FooterProps & {
    /** The fields. Without any, the focus starts at the button; of a `danger` one at Cancel. */
    children?: ReactNode;
    onSubmit: (event: FormEvent) => unknown;
    /** Why the form as a whole was refused. What is wrong with a field stands beside the field. */
    problem?: string | null | undefined;
    /** What it makes is shown once: nothing closes it while it is pending. */
    locked?: boolean;
    /** Asked before Escape, the cross or a press outside discards what was filled in. */
    discard?: { title: string; description: string } | false;
  };

/** A dialog that sends a form: fields, the problem below them, Cancel and the verb. */
export function FormDialog({ onClose, onSubmit, problem, discard, children, ...props }: FormDialogProps) {
  const { submitLabel, pendingLabel, variant, cancelLabel, locked = false, ...dialog } = props;
  const { form, submit } = useSubmit(submitLabel === null ? () => {} : onSubmit);
  const [isAsking, setIsAsking] = useState(false);
  const isLocked = locked && dialog.pending;
  function dismiss() {
    if (isLocked) return;
    if (discard) setIsAsking(true);
    else onClose();
  }
  return (
    <Dialog {...dialog} onClose={dismiss}>
      <form ref={form} noValidate className="contents" onSubmit={(event) => void submit(event)}>
        <FormBody problem={problem}>{children}</FormBody>
        <FormFooter
          {...{ submitLabel, pendingLabel, variant, cancelLabel, isLocked }}
          pending={dialog.pending}
          onCancel={onClose}
        />
      </form>
      {isAsking && discard && (
        <DiscardDialog {...discard} onStay={() => setIsAsking(false)} onDiscard={onClose} />
      )}
    </Dialog>
  );
}

function FormBody({ problem, children }: Pick<FormDialogProps, 'problem' | 'children'>) {
  if (!children && !problem) return <div className="h-1.5" />;
  return (
    <DialogBody>
      {children}
      {problem && <Alert variant="danger">{problem}</Alert>}
    </DialogBody>
  );
}

function FormFooter({
  submitLabel,
  variant = 'primary',
  cancelLabel = 'Cancel',
  isLocked,
  onCancel,
  ...button
}: FooterProps & { isLocked: boolean; onCancel: () => void }) {
  const isDanger = variant === 'danger';
  return (
    <DialogFooter>
      <Button data-first-focus={isDanger || undefined} disabled={isLocked} onClick={onCancel}>
        {cancelLabel}
      </Button>
      {submitLabel && (
        <Button
          {...button}
          type="submit"
          variant={variant}
          data-first-focus={!isDanger || undefined}
          onClick={sendOnce}
        >
          {submitLabel}
        </Button>
      )}
    </DialogFooter>
  );
}

/**
 * The second press of a double click comes before the first is known to be pending. Sent too, its answer would be the one that
 * is shown, and the secret in the first answer lost.
 */
function sendOnce(event: MouseEvent) {
  if (event.detail > 1) event.preventDefault();
}

/** Once what was sent is checked and marked, the first field that is wrong gets the focus. */
function useSubmit(onSubmit: FormDialogProps['onSubmit']) {
  const form = useRef<HTMLFormElement>(null);
  const [submitCount, setSubmitCount] = useState(0);
  useEffect(() => {
    if (submitCount > 0) focusFirstError(form.current);
  }, [submitCount]);
  async function submit(event: FormEvent) {
    event.preventDefault();
    await onSubmit(event);
    setSubmitCount((count) => count + 1);
  }
  return { form, submit };
}
