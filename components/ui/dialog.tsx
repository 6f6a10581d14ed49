'use client';
import { Dialog as Base } from '@base-ui/react/dialog';
import { cx } from 'class-variance-authority';
import { X } from 'lucide-react';
import type { ReactNode, RefObject } from 'react';
import { buttonClass } from './button.tsx';

interface DialogProps {
  title: string;
  description?: ReactNode;
  /** Asked for by Escape, a press outside or the cross. */
  onClose: () => void;
  /** Where the focus goes afterwards. */
  returnTo?: RefObject<HTMLElement | null> | undefined;
  /** Where the focus starts; the first control otherwise. */
  initialFocus?: RefObject<HTMLElement | null>;
  /** An answer is needed: a press outside does nothing and there is no cross. */
  asks?: boolean;
  wide?: boolean;
  children: ReactNode;
}

/** A modal dialog that is open for as long as it is rendered. On a narrow screen it rises from the bottom. */
export function Dialog({ title, description, onClose, returnTo, initialFocus, asks, wide, children }: DialogProps) {
  return (
    <Base.Root open disablePointerDismissal={asks ?? false} onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop
          forceRender
          className="fixed inset-0 z-50 bg-scrim transition-opacity duration-150 data-starting-style:opacity-0"
        />
        <Base.Viewport className="fixed inset-0 z-50 grid grid-rows-[1fr_auto] justify-items-center overflow-y-auto sm:grid-rows-[minmax(2rem,1fr)_auto_minmax(2rem,2fr)] sm:px-4">
          <Base.Popup
            role={asks ? 'alertdialog' : 'dialog'}
            {...(initialFocus ? { initialFocus } : {})}
            {...(returnTo ? { finalFocus: returnTo } : {})}
            className={cx(
              'row-start-2 w-full rounded-t-card bg-raised shadow-float outline-none transition-[opacity,translate,scale] duration-150 ease-out data-starting-style:translate-y-2 data-starting-style:opacity-0 sm:rounded-card sm:data-starting-style:translate-y-0 sm:data-starting-style:scale-98',
              wide ? 'sm:max-w-140' : 'sm:max-w-110',
            )}
          >
            <div className="flex items-start gap-4 px-5 pt-5">
              <div className="min-w-0 flex-1">
                <Base.Title className="text-lg font-semibold">{title}</Base.Title>
                {description && <Base.Description className="mt-1 text-muted" render={<div />}>{description}</Base.Description>}
              </div>
              {!asks && (
                <Base.Close aria-label="Close" className={buttonClass({ look: 'quiet', size: 'icon', className: '-mt-1 -mr-2' })}>
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

export function DialogBody({ className, children }: { className?: string; children: ReactNode }) {
  return <div className={cx('grid gap-5 px-5 pt-4 pb-1', className)}>{children}</div>;
}

/** The buttons: what goes ahead at the end of the line, the way out before it. */
export function DialogFoot({ children }: { children: ReactNode }) {
  return (
    <div className="mt-4 flex flex-wrap items-center justify-end gap-2 border-t border-line px-5 py-3.5">{children}</div>
  );
}
