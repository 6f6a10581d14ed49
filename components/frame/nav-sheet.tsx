'use client';
import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { buttonClass } from '#components/ui/button.tsx';
import { NavList } from './nav-list.tsx';

/** The whole navigation, over the page: from the left, on a phone from below. */
export function NavSheet({ onClose }: { onClose: () => void }) {
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-50 bg-scrim transition-opacity duration-150 data-starting-style:opacity-0" />
        <Base.Popup className="fixed inset-x-0 bottom-0 z-50 flex max-h-[calc(100dvh-4rem)] flex-col overflow-y-auto rounded-t-card bg-raised pb-[env(safe-area-inset-bottom)] shadow-float outline-none transition-[opacity,translate] duration-150 ease-out data-starting-style:translate-y-2 data-starting-style:opacity-0 tablet:inset-y-0 tablet:right-auto tablet:max-h-none tablet:w-72 tablet:rounded-none tablet:data-starting-style:-translate-x-4 tablet:data-starting-style:translate-y-0">
          <div className="flex items-center justify-between py-3 pr-3 pl-5">
            <Base.Title className="text-lg font-semibold">Go to</Base.Title>
            <Base.Close aria-label="Close" className={buttonClass({ variant: 'ghost', size: 'icon' })}>
              <X aria-hidden />
            </Base.Close>
          </div>
          <nav aria-label="Main" className="px-3 pb-4">
            <NavList onGo={onClose} />
          </nav>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
