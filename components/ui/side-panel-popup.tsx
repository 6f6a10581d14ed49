'use client';
import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useRef } from 'react';
import { buttonClass } from './button.tsx';
import type { SidePanelProps } from './side-panel.tsx';

export function SidePanelPopup({ onClose, returnTo, children, footer, ...head }: SidePanelProps) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-50 bg-scrim transition-opacity duration-150 data-starting-style:opacity-0" />
        <Base.Popup
          ref={popup}
          // It is what scrolls, so the keys that scroll work at once.
          initialFocus={popup}
          {...(returnTo ? { finalFocus: returnTo } : {})}
          className="fixed inset-y-0 right-0 z-50 flex w-full flex-col overflow-y-auto bg-raised shadow-float outline-none transition-[opacity,translate] duration-150 ease-out data-starting-style:translate-x-4 data-starting-style:opacity-0 md:w-120 data-nested-dialog-open:after:fixed data-nested-dialog-open:after:inset-y-0 data-nested-dialog-open:after:right-0 data-nested-dialog-open:after:z-10 data-nested-dialog-open:after:w-full data-nested-dialog-open:after:bg-scrim md:data-nested-dialog-open:after:w-120"
        >
          <Head {...head} />
          <div className="flex-1 px-5 py-4">{children}</div>
          {footer && (
            <div className="sticky bottom-0 flex flex-wrap items-center justify-end gap-2 border-t border-line bg-raised px-5 py-3.5">
              {footer}
            </div>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

function Head({ title, description, actions }: Pick<SidePanelProps, 'title' | 'description' | 'actions'>) {
  return (
    <div className="sticky top-0 z-1 flex items-start gap-4 border-b border-line bg-raised px-5 py-4">
      <div className="min-w-0 flex-1">
        <Base.Title className="text-lg font-semibold">{title}</Base.Title>
        {description && (
          <Base.Description className="mt-0.5 text-sm text-muted" render={<div />}>
            {description}
          </Base.Description>
        )}
      </div>
      <div className="-mt-1 -mr-2 flex shrink-0 items-center gap-1">
        {actions}
        <Base.Close aria-label="Close" className={buttonClass({ variant: 'ghost', size: 'icon' })}>
          <X aria-hidden />
        </Base.Close>
      </div>
    </div>
  );
}
