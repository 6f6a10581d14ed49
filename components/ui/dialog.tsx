'use client';
import { Dialog as Base } from '@base-ui/react/dialog';
import { cx } from 'class-variance-authority';
import { X } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import { buttonClass } from './button.tsx';

interface DialogProps {
  title: string;
  description?: ReactNode;
  /** Asked for by Escape, a press outside or the cross. */
  onClose: () => void;
  /** Where the focus goes afterwards; asked when it is time to go, for what opened the dialog may be gone by then. */
  returnTo?: (() => HTMLElement | null) | undefined;
  /** An answer is needed: a press outside does nothing and there is no cross. */
  alert?: boolean;
  wide?: boolean;
  /** Something is under way that closing would lose: the cross is off. */
  pending?: boolean;
  children: ReactNode;
}

/**
 * A modal dialog that is open for as long as it is rendered. On a narrow screen it rises from the bottom. The focus
 * starts at what is marked `data-first-focus`.
 */
export function Dialog({ title, description, children, ...props }: DialogProps) {
  const { onClose, returnTo, alert, wide, pending } = props;
  const popup = useRef<HTMLDivElement>(null);
  const firstFocus = () => popup.current?.querySelector<HTMLElement>('[data-first-focus]') ?? true;
  return (
    <Base.Root open disablePointerDismissal={alert ?? false} onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-50 bg-scrim transition-opacity duration-150 data-starting-style:opacity-0" />
        <Base.Viewport className="fixed inset-0 z-50 grid grid-rows-[1fr_auto] justify-items-center sm:grid-rows-[minmax(2rem,1fr)_auto_minmax(2rem,2fr)] sm:px-4">
          <Base.Popup
            role={alert ? 'alertdialog' : 'dialog'}
            ref={popup}
            initialFocus={firstFocus}
            {...(returnTo ? { finalFocus: returnTo } : {})}
            className={cx(
              'relative row-start-2 flex max-h-[calc(100dvh-2rem)] w-full flex-col overflow-hidden rounded-t-card bg-raised shadow-float outline-none transition-[opacity,translate,scale] duration-150 ease-out data-starting-style:translate-y-2 data-starting-style:opacity-0 sm:max-h-[calc(100dvh-4rem)] sm:rounded-card sm:data-starting-style:translate-y-0 sm:data-starting-style:scale-98',
              'data-nested-dialog-open:after:absolute data-nested-dialog-open:after:inset-0 data-nested-dialog-open:after:bg-scrim',
              wide ? 'sm:max-w-140' : 'sm:max-w-110',
            )}
          >
            <div className="flex items-start gap-4 px-5 pt-5 pb-3">
              <div className="min-w-0 flex-1">
                <Base.Title className="text-lg font-semibold">{title}</Base.Title>
                {description && (
                  <Base.Description className="mt-1 text-muted" render={<div />}>
                    {description}
                  </Base.Description>
                )}
              </div>
              {!alert && (
                <Base.Close
                  aria-label="Close"
                  disabled={pending ?? false}
                  className={buttonClass({ variant: 'ghost', size: 'icon', className: '-mt-1 -mr-2' })}
                >
                  <X aria-hidden />
                </Base.Close>
              )}
            </div>
            {children}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

interface DialogBodyProps {
  className?: string;
  /** Names what is only read: the keys that scroll work on it at once, since nothing in it has the focus. */
  reading?: string;
  children: ReactNode;
}

export function DialogBody({ className, reading, children }: DialogBodyProps) {
  return (
    <div
      {...(reading && { role: 'region', 'aria-label': reading, tabIndex: 0, 'data-first-focus': true })}
      className={cx(
        'grid min-h-0 scroll-py-10 gap-5 overflow-y-auto px-5 pt-1.5 pb-5 outline-none',
        className,
      )}
    >
      {children}
    </div>
  );
}

/** The buttons: what goes ahead at the end of the line, the way out before it. */
export function DialogFooter({ children }: { children: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-5 py-3.5">
      {children}
    </div>
  );
}
