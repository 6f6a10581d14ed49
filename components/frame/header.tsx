'use client';
import { Menu as MenuIcon } from 'lucide-react';
import { useEffect } from 'react';
import { leaveOnSignOut } from '#components/api/leave-to-sign-in.ts';
import { Wordmark } from '#components/brand/logo.tsx';
import { PaletteButton } from '#components/palette/palette-button.tsx';
import { buttonClass } from '#components/ui/button.tsx';
import { PageLink } from '#components/ui/page-link.tsx';
import { NavSheetButton } from './nav-sheet-button.tsx';
import { UserMenu } from './user-menu.tsx';

export function Header() {
  useEffect(leaveOnSignOut, []);
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-surface">
      <div className="mx-auto flex h-13 max-w-desk items-center gap-2 px-4 md:px-6 lg:grid lg:grid-cols-[12.5rem_minmax(0,1fr)] lg:gap-6 lg:pl-5.5">
        <NavSheetButton
          label="Menu"
          className={buttonClass({
            variant: 'ghost',
            size: 'icon',
            className: '-ml-2 max-tablet:hidden lg:hidden',
          })}
        >
          <MenuIcon aria-hidden />
        </NavSheetButton>
        <PageLink href="/dashboard" aria-label="Keyward, home" className="justify-self-start rounded-control">
          <Wordmark />
        </PageLink>
        <div className="flex h-9 flex-1 items-center justify-end lg:justify-between">
          <PaletteButton />
          <UserMenu />
        </div>
      </div>
    </header>
  );
}
