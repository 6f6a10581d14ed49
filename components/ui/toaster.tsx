'use client';
import { CircleAlert, X } from 'lucide-react';
import { useState, useSyncExternalStore } from 'react';
import { lazyPart } from './lazy-part.tsx';
import { type ToastMessage, waitingToasts } from './toast.ts';

const [ToastStack] = lazyPart(async () => (await import('./toast-stack.tsx')).ToastStack);

/** Below dialogs, so that none covers their buttons; at the top of a phone, away from the thumb and from sheets. */
export const toastPlace =
  'fixed inset-x-4 top-15 z-40 flex flex-col gap-2 sm:top-auto sm:bottom-4 sm:left-auto sm:w-88 sm:flex-col-reverse';

const none: readonly ToastMessage[] = [];

/** Where toasts appear. Its code comes with the first of them; where it cannot come, the last is said plainly. */
export function Toaster() {
  const waiting = useSyncExternalStore(waitingToasts.subscribe, waitingToasts.list, () => none);
  const [isNeeded, setIsNeeded] = useState(false);
  const [failedAt, setFailedAt] = useState<ToastMessage>();
  const last = waiting.at(-1);
  if (last && last === failedAt) return <PlainToast message={last} />;
  if (last && !isNeeded) setIsNeeded(true);

  // Each further message asks for the code again.
  function sayPlainly() {
    setFailedAt(waitingToasts.list().at(-1));
    setIsNeeded(false);
  }
  return isNeeded ? <ToastStack onMissing={sayPlainly} /> : null;
}

function PlainToast({ message: { title, detail } }: { message: ToastMessage }) {
  return (
    <div role="alert" className={toastPlace}>
      <div className="flex items-start gap-2.5 rounded-card bg-raised py-3 pr-2 pl-3.5 shadow-float">
        <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />
        <div className="min-w-0 flex-1">
          <p className="font-medium">{title}</p>
          <p className="text-sm text-muted">{detail}</p>
        </div>
        <button
          type="button"
          aria-label="Dismiss"
          onClick={() => void waitingToasts.take()}
          className="grid size-6 shrink-0 place-items-center rounded-tag text-faint hover:bg-hover hover:text-ink"
        >
          <X aria-hidden className="size-4" />
        </button>
      </div>
    </div>
  );
}
