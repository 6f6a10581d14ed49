'use client';
import { lazy, Suspense, useSyncExternalStore } from 'react';
import { waitingToasts } from './toast.ts';

const ToastStack = lazy(async () => ({ default: (await import('./toast-stack.tsx')).ToastStack }));

let wasNeeded = false;
const needed = () => (wasNeeded ||= waitingToasts.any());

/** Where toasts appear. Its code comes with the first of them. */
export function Toaster() {
  const show = useSyncExternalStore(waitingToasts.subscribe, needed, () => false);
  return show ? (
    <Suspense>
      <ToastStack />
    </Suspense>
  ) : null;
}
