'use client';
import { Toast } from '@base-ui/react/toast';
import { CircleAlert, CircleCheck, X } from 'lucide-react';
import { useEffect } from 'react';
import { waitingToasts } from './toast.ts';
import { toastPlace } from './toaster.tsx';

const manager = Toast.createToastManager();

function showWaiting() {
  for (const { title, detail, variant = 'success', about, act } of waitingToasts.take()) {
    const id = manager.add({
      ...(about && { id: about }),
      title,
      description: detail,
      type: variant,
      actionProps: act && {
        children: act.label,
        onClick() {
          act.onPress();
          manager.close(id);
        },
      },
    });
  }
}

export function ToastStack() {
  useEffect(() => {
    const stop = waitingToasts.subscribe(showWaiting);
    showWaiting();
    return stop;
  }, []);
  return (
    <Toast.Provider toastManager={manager} timeout={6000}>
      <Toast.Portal>
        <Toast.Viewport className={toastPlace}>
          <Stack />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Stack() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      // Base UI's own role, a dialog, promises what it is not. The buttons in it are reached by F6 or Tab.
      role={toast.type === 'error' ? 'alert' : 'status'}
      aria-modal={undefined}
      tabIndex={-1}
      swipeDirection={['right', 'up', 'down']}
      className="rounded-card bg-raised shadow-float transition-[opacity,translate] duration-180 ease-out data-ending-style:opacity-0 data-limited:hidden data-starting-style:translate-y-2 data-starting-style:opacity-0"
    >
      <Toast.Content className="flex items-start gap-2.5 py-3 pr-2 pl-3.5">
        {toast.type === 'error' ? (
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />
        ) : (
          <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-ok" />
        )}
        <div className="min-w-0 flex-1">
          <Toast.Title className="font-medium" render={<p />} />
          <Toast.Description className="text-sm text-muted" />
        </div>
        <Toast.Action className="-mt-0.5 rounded-tag px-1.5 py-0.5 text-sm font-medium text-accent-ink hover:bg-hover" />
        <Toast.Close
          aria-label="Dismiss"
          aria-hidden={undefined}
          className="-mt-0.5 grid size-6 shrink-0 place-items-center rounded-tag text-faint hover:bg-hover hover:text-ink"
        >
          <X aria-hidden className="size-4" />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}
